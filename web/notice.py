"""Notices: the pages instead of one that can't be shown, which say what to do and show the phone number."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from booking.domain.errors import TryAgain
from booking.i18n.locales import texts_for
from booking.i18n.texts import Texts
from rendering.clinic_card import ClinicCard, ClinicCards
from rendering.headers import PRIVATE, is_framed, security_headers
from rendering.language import language_of
from web.pages import MANAGE_PATH, templates
from web.rewritten_links import address_meant

COST_OF_PAGE = 20
"""In points of the API, of each page that is computed."""
TITLES = {
    HTTPStatus.NOT_FOUND: "missing",
    HTTPStatus.METHOD_NOT_ALLOWED: "missing",
    HTTPStatus.TOO_MANY_REQUESTS: "busy",
    HTTPStatus.SERVICE_UNAVAILABLE: "outOfOrder",
    HTTPStatus.INTERNAL_SERVER_ERROR: "outOfOrder",
}
"""The beginnings of the texts of each status."""

TakePoints = Callable[[Request, int], int]
"""Charges the client, and returns the seconds until it has enough points; 0 if it had."""


def charge_page(take_points: TakePoints, request: Request, cost: int = COST_OF_PAGE) -> None:
    """Charge the client for a page, or for another answer of this `cost`.

    Raises:
        HTTPException: 429, when the client has asked for too much in a short time.
    """
    if wait := take_points(request, cost):
        headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, f"Please ask again in {wait} s.\n", headers)


@dataclass(frozen=True)
class Notices:
    """The handler of HTTPException for the whole server, and the pages of a server that fails.

    `reads_html` says whether the client reads pages.
    """

    cards: ClinicCards
    reads_html: Callable[[Request], bool]

    async def respond(self, request: Request, refusal: Exception) -> Response:
        """A page where the client reads HTML, else the refusal as text; both with the phone number."""
        assert isinstance(refusal, HTTPException)
        if refusal.status_code == HTTPStatus.NOT_FOUND and (meant := address_meant(request)):
            return RedirectResponse(meant, HTTPStatus.SEE_OTHER, PRIVATE)
        if not self._is_page(request, refusal):
            return self._as_text(request, refusal)
        text = texts_for(language_of(request))
        try:
            card = self.cards.last.get(text.language) or await self.cards(text.language, is_booking=True)
        except TryAgain:
            card = None
        return _as_page(request, refusal, text, card)

    def respond_without_database(self, request: Request, failure: HTTPException) -> Response:
        """The same with the last card, where another look-up would fail too."""
        if not self._is_page(request, failure):
            return self._as_text(request, failure)
        text = texts_for(language_of(request))
        return _as_page(request, failure, text, self.cards.last.get(text.language))

    def _is_page(self, request: Request, refusal: HTTPException) -> bool:
        return refusal.status_code in TITLES and self.reads_html(request)

    def _as_text(self, request: Request, refusal: HTTPException) -> Response:
        text, headers = texts_for(language_of(request)), dict(refusal.headers or {})
        known = self.cards.last.get(text.language) if refusal.status_code in TITLES else None
        phone = f"{text('contact.call')} {known.phone_shown}\n" if known else ""
        detail = f"{refusal.detail.rstrip()}\n{phone}" if refusal.status_code in TITLES else refusal.detail
        return PlainTextResponse(detail, refusal.status_code, headers)


def _as_page(request: Request, refusal: HTTPException, text: Texts, card: ClinicCard | None) -> Response:
    title = TITLES[HTTPStatus(refusal.status_code)]
    # A link would lose the form that was posted, and the secret after the # of a manage page.
    is_repeatable = title == "outOfOrder" and request.method == "GET" and request.url.path != MANAGE_PATH
    html = templates.get_template("notice.html").render(
        text=text, clinic=card, title=title, is_repeatable=is_repeatable, is_framed=is_framed(request)
    )
    headers = security_headers(request, card) | PRIVATE | {"Content-Language": text.language}
    return HTMLResponse(html, refusal.status_code, headers | dict(refusal.headers or {}))
