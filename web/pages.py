"""The pages beside the widget: hosted booking, managing a visit, and the demo clinic."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from booking.domain.tokens import manage_token_in
from booking.domain.translations import in_language
from booking.i18n.locales import locales, texts_for
from booking.i18n.negotiation import preferred_language
from booking.storage.queries.catalogue import get_clinic, listed_locations, opening_hours_by_location
from booking.storage.session import BookingSession
from web.assets import asset, assets
from web.opening_hours_text import opening_hours_text

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Vary": "Accept-Language",
}
PRIVATE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals |= {"assets": assets, "locales": locales}


@dataclass(frozen=True)
class ClinicCard:
    """The clinic as the header and footer of every page show it, in one language."""

    name: str
    phone: str  # E.164, for links
    phone_shown: str
    address: Sequence[str]
    hours: Sequence[tuple[str, str]]  # days, times

    @classmethod
    async def read(cls, session: BookingSession, language: str) -> "ClinicCard":
        clinic = await get_clinic(session)
        location = (await listed_locations(session))[0]
        rows = (await opening_hours_by_location(session, [location.slug]))[location.slug]
        hours = [(row.weekday, row.opens, row.closes) for row in rows]
        return cls(
            name=in_language(clinic.name, language),
            phone=clinic.phone,
            phone_shown=clinic.phone_shown,
            address=location.address,
            hours=opening_hours_text(hours, texts_for(language)),
        )


ReadCard = Callable[[str], Awaitable[ClinicCard]]


@dataclass(frozen=True)
class ClinicCards:
    """Reads the card of a language; `last` are those read last, for pages without a database."""

    read: ReadCard
    last: dict[str, ClinicCard] = field(default_factory=dict)

    async def __call__(self, language: str) -> ClinicCard:
        self.last[language] = await self.read(language)
        return self.last[language]


ReadNoscript = Callable[[str, str | None], Awaitable[Markup]]
ReadLinkedData = Callable[[str, str | None], Awaitable[Mapping[str, Any]]]
PRESELECTION = ("practitioner", "location", "at")
"""Query parameters of a booking page that become attributes of its element."""


def page_routes(
    *,
    clinic: ReadCard,
    charge: Callable[[Request], None],
    demo: bool,
    noscript: ReadNoscript | None = None,
    linked_data: ReadLinkedData | None = None,
) -> list[BaseRoute]:
    """`clinic` reads the card for each page, and `charge` takes its cost from the client.

    With `demo`, a sample clinic's page is at `/`.

    For a language and a service, `noscript` makes the booking page's content for browsers without a script,
    and `linked_data` its JSON-LD.
    """
    locales()  # A mistake in a language's file is reported when the server starts.

    async def page(request: Request, template: str, headers: dict[str, str] | None = None) -> Response:
        charge(request)
        language, service = language_of(request), request.path_params.get("service")
        is_booking = template == "book.html"
        html = templates.get_template(template).render(
            text=texts_for(language),
            clinic=await clinic(language),
            service=service,
            preselection={
                name: request.query_params[name] for name in PRESELECTION if name in request.query_params
            },
            noscript=await noscript(language, service) if noscript and is_booking else "",
            linked_data=await linked_data(language, service) if linked_data and is_booking else {},
        )
        return HTMLResponse(html, headers=SECURITY | {"Content-Language": language} | (headers or {}))

    async def book(request: Request) -> Response:
        return await page(request, "book.html")

    async def manage(request: Request) -> Response:
        if meant := manage_address(request):
            return RedirectResponse(meant, HTTPStatus.SEE_OTHER, PRIVATE)
        return await page(request, "manage.html", PRIVATE)

    async def front(request: Request) -> Response:
        if not demo:
            return RedirectResponse(f"/book?{request.url.query}" if request.url.query else "/book")
        return await page(request, "demo.html")

    return [
        Route("/", front),
        Route("/book", book),
        Route("/book/{service}", book),
        Route("/manage", manage),
        Route("/widget/{path:path}", asset),
    ]


def manage_address(request: Request) -> str | None:
    """The manage link in a path or query where mail programs have put its secret; None without one.

    The secret goes back behind the `#`, which no server is sent.
    """
    query = request.scope["query_string"].decode("ascii", "replace")
    token = manage_token_in(f"{request.scope['path']}?{query}")
    return f"/manage?{urlencode({'lang': language_of(request)})}#{token}" if token else None


def language_of(request: Request) -> str:
    """`?lang=` where there is a file for it, or what the browser prefers."""
    named = request.query_params.get("lang", "")
    # In front of the header's own preferences; a language without a file is passed over.
    return preferred_language(f"{named},{request.headers.get('accept-language', '')}", list(locales()))
