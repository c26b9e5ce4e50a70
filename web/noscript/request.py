"""What the plain pages need of the server, and one request with all that is known of it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from booking.appointments.hold import Holder
from booking.storage.database import Database
from booking.storage.session import BookingSession
from web.noscript.booking_state import BookingState
from web.noscript.form import Form
from web.noscript.offers import BookableService, bookable_services
from web.noscript.texts import Texts, texts_in
from web.pages import (
    LANGUAGES,
    PRIVATE,
    SECURITY,
    ClinicCard,
    ReadCard,
    language_of,
    noscript_stylesheet,
    templates,
)

SEE_OTHER = 303


@dataclass(frozen=True)
class NoscriptSite:
    """`now` is asked of the database; `holder` tells who holds times, and how many they may."""

    database: Database
    clinic: ReadCard
    now: Callable[[BookingSession], Awaitable[datetime]]
    holder: Callable[[Request], Holder]
    known: dict[str, ClinicCard] = field(default_factory=dict)
    """The cards as they were last read: for the phone number, when the database can't answer."""

    async def card(self, language: str) -> ClinicCard:
        self.known[language] = await self.clinic(language)
        return self.known[language]


@dataclass(frozen=True)
class NoscriptRequest:
    """`form` is what was posted, or the query."""

    desk: NoscriptSite
    request: Request
    say: Texts
    form: Form

    @classmethod
    def of(cls, desk: NoscriptSite, request: Request, form: Form) -> "NoscriptRequest":
        return cls(desk, request, texts_in(language_of(request)), form)

    @property
    def service(self) -> str:
        return str(self.request.path_params["service"])

    @property
    def journey(self) -> BookingState:
        return BookingState.read(self.service, self.form)

    def url(self, path: str = "", query: Iterable[tuple[str, str]] = (), *, service: str = "") -> str:
        return url(self.say.language, service or self.service, path, query)

    async def offer(self, session: BookingSession, *, now: datetime) -> BookableService | None:
        """The service in the address; None if it can't be booked."""
        found = await bookable_services(session, self.say, now=now)
        return next((offer for offer in found if offer.slug == self.service), None)

    async def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        card = await self.desk.card(self.say.language)
        return rendered(template, self, card, status=status, **values)

    def go_home(self) -> Response:
        """To all services."""
        return RedirectResponse(url(self.say.language), SEE_OTHER, headers=SECURITY | PRIVATE)

    def go(self, path: str = "", query: Iterable[tuple[str, str]] = ()) -> Response:
        """To a page that is asked for."""
        return RedirectResponse(self.url(path, query), SEE_OTHER, headers=SECURITY | PRIVATE)


def rendered(
    template: str, asked: NoscriptRequest, card: ClinicCard | None, *, status: int = 200, **values: object
) -> Response:
    """`there` is the same address in the other language, in which the page offers itself."""
    language = asked.say.language
    other = texts_in(next(other for other in LANGUAGES if other != language))
    known = {
        "clinic": card,
        "language": language,
        "say": asked.say,
        "url": asked.url,
        "other": other,
        "there": partial(url, other.language, asked.service),
        "noscript_stylesheet": noscript_stylesheet(),
    }
    html = templates.get_template(f"noscript/{template}.html").render(known | values)
    return HTMLResponse(html, status, headers=SECURITY | PRIVATE | {"Content-Language": language})


def url(language: str, service: str = "", path: str = "", query: Iterable[tuple[str, str]] = ()) -> str:
    """Of a page, or of where its form is sent; in this language."""
    parts = ["/book", *(quote(part, safe="") for part in (service, path) if part)]
    return f"{'/'.join(parts)}?{urlencode([('lang', language), *query])}"
