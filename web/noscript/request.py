"""A request for a page without a script: its form, its language, and the responses that pages send."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from http import HTTPStatus
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from booking.appointments.hold import Holder
from booking.i18n.locales import texts_for
from booking.i18n.texts import Texts
from booking.storage.database import Database
from booking.storage.session import BookingSession
from web.noscript.booking_state import BookingState
from web.noscript.form import Form
from web.noscript.views import ServiceView, bookable_services
from web.pages import PRIVATE, SECURITY, ClinicCard, ClinicCards, language_of, templates


@dataclass(frozen=True)
class NoscriptSite:
    """The parts of the server that the pages use.

    `charge` takes the cost of a page, `holder` is the client that holds times and its limits, and
    `one_booking` counts a booking, unless it fails. The API counts in the same limits.
    """

    database: Database
    cards: ClinicCards
    now: Callable[[BookingSession], Awaitable[datetime]]
    charge: Callable[[Request], None]
    holder: Callable[[Request], Holder]
    one_booking: Callable[[Request], AbstractContextManager[None]]


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
        return self.render(template, await self.site.cards(self.texts.language), status=status, **values)

    def render(
        self, template: str, clinic: ClinicCard | None, *, status: HTTPStatus, **values: object
    ) -> Response:
        html = templates.get_template(f"noscript/{template}.html").render(
            clinic=clinic,
            text=self.texts,
            url=self.url,
            **values,
        )
        return HTMLResponse(
            html, status, headers=SECURITY | PRIVATE | {"Content-Language": self.texts.language}
        )

    def redirect(self, address: str) -> Response:
        return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=SECURITY | PRIVATE)


def page_url(
    step: str = "", query: Iterable[tuple[str, str]] = (), *, language: str, service: str = ""
) -> str:
    """`/book/{service}/{step}?lang=…`: the address of a page, or the action of its form."""
    path = "/".join(["/book", *(quote(part, safe="") for part in (service, step) if part)])
    return f"{path}?{urlencode([('lang', language), *query])}"
