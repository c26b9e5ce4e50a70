"""A request for a page without a script: its form, its language, and the responses that pages send."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from booking.appointments.checks.holds import Holder
from booking.i18n.locales import texts_for
from booking.i18n.texts import Texts
from booking.storage.database import Database
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from rendering.clinic_card import ClinicCard, ClinicCards
from rendering.form import Form
from rendering.headers import PRIVATE, SECURITY, is_framed, security_headers
from rendering.language import language_of
from web.noscript.booking_state import BookingState
from web.noscript.views import ServiceView, bookable_services
from web.pages import templates


class ScreeningRecord(Protocol):
    """Whether a client's screening answers were refused lately."""

    @property
    def was_refused(self) -> bool: ...

    def refused(self) -> None: ...


@dataclass(frozen=True)
class NoscriptSite:
    """The parts of the server that the pages use.

    `charge` takes the cost of a page; where the client can't pay, `is_paid_by_secret` lets a right one among
    the texts pay. `holder` is the client that holds times and its limits, and `one_booking` is handed to
    `book`, to count a new booking. The API counts in the same limits, and remembers refused screening answers
    in the same place. `address` is where visitors reach this server, and
    `source` says the address of a client, for the audit trail.
    """

    database: Database
    cards: ClinicCards
    now: Callable[[BookingSession], Awaitable[datetime]]
    charge: Callable[[Request], None]
    is_paid_by_secret: Callable[[Sequence[str]], Awaitable[bool]]
    holder: Callable[[Request], Holder]
    one_booking: Callable[[Request], AbstractContextManager[Callable[[], None]]]
    screening: Callable[[Request], ScreeningRecord]
    address: str
    source: Callable[[Request], str]

    async def texts_today(self, texts: Texts) -> Texts:
        """The same texts for a reader now: days of another year say which one."""
        async with self.database.read() as session:
            return texts.read_at(await self.now(session), ZoneInfo((await get_clinic(session)).time_zone))


@dataclass(frozen=True)
class NoscriptRequest:
    """`http` is Starlette's request; `form` is its body if it was posted, else its query."""

    site: NoscriptSite
    http: Request
    texts: Texts
    form: Form = field(default_factory=Form)

    @classmethod
    def of(cls, site: NoscriptSite, http: Request) -> "NoscriptRequest":
        return cls(site, http, texts_for(language_of(http)))

    @property
    def service(self) -> str:
        return str(self.http.path_params["service"])

    @cached_property
    def state(self) -> BookingState:
        return BookingState.read(self.service, self.form)

    @property
    def secrets(self) -> Sequence[str]:
        """The secrets that the form may carry: a manage token, and those of the times that it holds."""
        keys = [self.state.idempotency_key(attempt) for attempt in range(2)] if self.state.can_hold else []
        return [self.form.get("token"), *keys]

    @property
    def holder(self) -> Holder:
        return self.site.holder(self.http)

    @property
    def url(self) -> "partial[str]":
        """`page_url` in the page's language, for the service in the address unless it is given."""
        return partial(page_url, language=self.texts.language, service=self.service)

    async def find_service(self, session: BookingSession, *, now: datetime) -> ServiceView | None:
        """The service in the address; None if it can't be booked."""
        services = await bookable_services(session, self.texts, now=now)
        return next((service for service in services if service.slug == self.service), None)

    async def page(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
        card = await self.site.cards(self.texts.language, is_booking=True)
        return self.render(template, card, status=status, **values)

    def render(
        self, template: str, clinic: ClinicCard | None, *, status: HTTPStatus, **values: object
    ) -> Response:
        name = template if "/" in template else f"noscript/{template}"
        html = templates.get_template(f"{name}.html").render(
            clinic=clinic,
            is_framed=is_framed(self.http),
            text=self.texts,
            url=self.url,
            **values,
        )
        headers = security_headers(self.http, clinic) | PRIVATE | {"Content-Language": self.texts.language}
        return HTMLResponse(html, status, headers=headers)

    def redirect(self, address: str) -> Response:
        return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=SECURITY | PRIVATE)


def page_url(
    step: str = "", query: Iterable[tuple[str, str]] = (), *, language: str, service: str = ""
) -> str:
    """`/book/{service}/{step}?lang=…`: the address of a page, or the action of its form."""
    path = "/".join(["/book", *(quote(part, safe="") for part in (service, step) if part)])
    return f"{path}?{urlencode([('lang', language), *query])}"
