"""Requests to the desk, and the responses that its pages send."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from booking.domain.actor import Actor, ActorKind
from booking.domain.role import Role
from booking.i18n.texts import Texts
from booking.staff.accounts import StaffMember
from booking.staff.sessions import StaffSession
from desk.http.built_desk import assets
from desk.http.headers import HEADERS
from desk.http.module_texts import module_texts
from desk.http.site import DeskSite
from rendering.clinic_card import ClinicCard
from rendering.form import Form
from rendering.templates import template_environment

EVERY_ROLE = frozenset(Role)
FRONT_DESK = frozenset({Role.OWNER, Role.RECEPTION})
OWNERS = frozenset({Role.OWNER})

templates = template_environment(Path(__file__).parents[1] / "templates")
templates.globals |= {"assets": assets, "Role": Role}


@dataclass(frozen=True)
class PublicRequest:
    """A request of anybody, signed in or not. `form` is the body of a POST, else the query."""

    site: DeskSite
    http: Request
    texts: Texts
    form: Form = field(default_factory=Form)

    @property
    def address(self) -> str:
        """The client's address."""
        return self.site.address_of(self.http)

    async def page(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
        """A template of `desk/templates`, with the texts, the clinic, and these values."""
        return self.render(template, await self.site.cards(self.texts.language), status=status, **values)

    def render(
        self, template: str, clinic: ClinicCard | None, *, status: HTTPStatus, **values: object
    ) -> Response:
        html = templates.get_template(template).render(
            clinic=clinic,
            text=self.texts,
            language_link=partial(_in_language, self.http),
            module_texts=partial(module_texts, self.texts),
            request=self,
            **values,
        )
        return HTMLResponse(html, status, headers=HEADERS | {"Content-Language": self.texts.language})

    def json(self, body: str) -> Response:
        """For a module of the desk."""
        return Response(body, headers=HEADERS, media_type="application/json")

    def redirect(self, address: str) -> Response:
        """To another page of the desk, by a GET."""
        return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=HEADERS)


@dataclass(frozen=True)
class DeskRequest(PublicRequest):
    """A request of a member of the staff who is signed in. `now` is when it came.

    A session that is `idle` for so long ends.
    """

    session: StaffSession = field(kw_only=True)
    idle: timedelta = field(kw_only=True)
    now: datetime = field(kw_only=True)

    @property
    def member(self) -> StaffMember:
        return self.session.member

    @property
    def only_practitioner(self) -> str | None:
        """The slug of the one practitioner whose visits and patients the member may see; None: of all."""
        return self.member.only_practitioner

    @property
    def is_front_desk(self) -> bool:
        return self.member.role in FRONT_DESK

    @property
    def hides_names(self) -> bool:
        return self.session.hides_names

    @cached_property
    def actor(self) -> Actor:
        """As the audit trail names the member."""
        return Actor(ActorKind.STAFF, str(self.member.id), self.address)

    @property
    def seconds_left(self) -> int:
        """After so many seconds without use the session ends; the page is then of no use either."""
        return math.ceil((self.session.last_seen_at + self.idle - self.now).total_seconds())

    @property
    def initials(self) -> str:
        """Of the member's name: the first letters of its first and last word."""
        words: Sequence[str] = self.member.name.split()
        return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()


def _in_language(http: Request, language: str) -> str:
    """The address of the same page in another language."""
    return f"?{http.url.include_query_params(lang=language).query}"
