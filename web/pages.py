"""The pages beside the widget: hosted booking, managing a visit, and the demo clinic."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from booking.i18n.locales import locales, texts_for
from rendering.clinic_card import ClinicCard, ClinicCards
from rendering.headers import PRIVATE, is_framed, security_headers
from rendering.language import language_of
from rendering.templates import template_environment
from web.assets import asset, assets
from web.rewritten_links import address_meant

MANAGE_PATH = "/manage"
LOST_LINK_PATH = f"{MANAGE_PATH}/lost"

templates = template_environment(Path(__file__).parent / "templates")
templates.globals |= {"assets": assets, "is_framed": False}

ReadNoscript = Callable[[str, str | None], Awaitable[Markup | None]]
ReadOverview = Callable[[str], Awaitable[Any]]
ReadLinkedData = Callable[[str, str | None], Awaitable[Mapping[str, Any]]]
BOOKING_PAGE = "book.html"
PRESELECTION = ("practitioner", "location", "at")
"""Query parameters of a booking page that become attributes of its element."""


def page_routes(
    *,
    clinic: ClinicCards,
    charge: Callable[[Request], None],
    overview: ReadOverview | None,
    noscript: ReadNoscript | None = None,
    linked_data: ReadLinkedData | None = None,
) -> list[BaseRoute]:
    """`clinic` reads the card for each page, and `charge` takes its cost from the client.

    With an `overview` of a language, a sample clinic's page is at `/`.

    For a language and a service, `noscript` makes the booking page's content for browsers without a script,
    None where there is no such service, and `linked_data` its JSON-LD.
    """
    locales()  # A mistake in a language's file is reported when the server starts.

    async def card_of(request: Request, template: str) -> ClinicCard:
        return await clinic(language_of(request), is_booking=template == BOOKING_PAGE)

    async def page(request: Request, template: str, headers: dict[str, str] | None = None) -> Response:
        charge(request)
        return await rendered(request, template, await card_of(request, template), headers)

    async def rendered(
        request: Request, template: str, card: ClinicCard, headers: dict[str, str] | None = None
    ) -> Response:
        language, service = language_of(request), request.path_params.get("service")
        is_booking, is_demo = template == BOOKING_PAGE, template == "demo.html"
        content = await noscript(language, service) if noscript and is_booking else Markup()
        is_missing = content is None
        if noscript and is_missing:
            service, content = None, await noscript(language, None)
        html = templates.get_template(template).render(
            text=texts_for(language),
            clinic=card,
            is_framed=is_framed(request),
            service=service,
            is_missing=is_missing,
            preselection={
                name: request.query_params[name] for name in PRESELECTION if name in request.query_params
            },
            overview=await overview(language) if overview and is_demo else None,
            noscript=content,
            linked_data=await linked_data(language, service) if linked_data and is_booking else {},
        )
        always = security_headers(request, card) | {"Content-Language": language}
        status = HTTPStatus.NOT_FOUND if is_missing else HTTPStatus.OK
        return HTMLResponse(html, status, headers=always | (headers or {}))

    async def book(request: Request) -> Response:
        if meant := address_meant(request):
            return RedirectResponse(meant, HTTPStatus.SEE_OTHER, PRIVATE)
        return await page(request, BOOKING_PAGE)

    async def manage(request: Request) -> Response:
        if meant := address_meant(request):
            return RedirectResponse(meant, HTTPStatus.SEE_OTHER, PRIVATE)
        try:
            return await page(request, "manage.html", PRIVATE)
        except HTTPException:
            # The secret is behind the `#` and may be a right one. The card that was read last will do.
            language = language_of(request)
            card = clinic.last.get(language) or await clinic(language)
            return await rendered(request, "manage.html", card, PRIVATE)

    async def front(request: Request) -> Response:
        if not overview:
            return RedirectResponse(f"/book?{request.url.query}" if request.url.query else "/book")
        return await page(request, "demo.html")

    return [
        Route("/", front),
        Route("/book", book),
        Route("/book/{service}", book),
        Route(MANAGE_PATH, manage),
        Route("/widget/{path:path}", asset),
    ]
