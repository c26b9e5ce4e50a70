"""A request for a page of a patient's own visits: the secret in its address opens them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, Self
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from booking.domain.tokens import hash_of, token_in
from booking.i18n.locales import texts_for
from booking.i18n.texts import Texts
from booking.storage.models.appointments import Appointment
from booking.storage.queries.appointments import appointments_by_manage_token
from booking.storage.session import BookingSession
from rendering.clinic_card import ClinicCard
from rendering.headers import PRIVATE, SECURITY
from rendering.language import language_of
from web.noscript.request import NoscriptSite
from web.pages import templates


@dataclass(frozen=True)
class VisitRequest:
    """`token` is that of a manage link: mails to the patient have it."""

    site: NoscriptSite
    http: Request
    texts: Texts
    token: str
    room: ClassVar[str] = "visits"
    """Where its addresses begin, and its templates are."""

    @classmethod
    def of(cls, site: NoscriptSite, http: Request) -> Self:
        return cls(site, http, texts_for(language_of(http)), token_in(http.path_params["token"]))

    async def visits(self, session: BookingSession) -> Sequence[Appointment]:
        """In order of time, cancelled ones too; none if the link isn't valid."""
        return await appointments_by_manage_token(session, hash_of(self.token))

    def url(self, page: str = "", *, language: str = "", **query: str) -> str:
        """The address of another page about these visits, in the page's language unless in another."""
        more = urlencode({"lang": language or self.texts.language, **query})
        return f"/{self.room}/{self.token}{'/' if page else ''}{page}?{more}"

    async def page(
        self, template: str, *, here: str = "", status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> Response:
        """`here` is the page that a reload, or another language, shows."""
        card = await self.site.cards(self.texts.language)
        name = template if "/" in template else f"{self.room}/{template}"
        return self.render(f"{name}.html", card, here=here, status=status, **values)

    def redirect(self, address: str) -> Response:
        return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=SECURITY | PRIVATE)

    def render(
        self, template: str, clinic: ClinicCard | None, *, status: HTTPStatus, **values: object
    ) -> Response:
        html = templates.get_template(template).render(clinic=clinic, text=self.texts, url=self.url, **values)
        headers = SECURITY | PRIVATE | {"Content-Language": self.texts.language}
        return HTMLResponse(html, status, headers=headers)
