"""Notices: the pages instead of a refused or unknown one, which say what to do and show the phone number."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from booking.domain.errors import TryAgain
from booking.domain.tokens import plain_address
from booking.i18n.locales import texts_for
from web.pages import PRIVATE, SECURITY, ClinicCard, ClinicCards, language_of, manage_address, templates

COST_OF_PAGE = 20
"""In points of the API, of each page that is computed."""
TITLES = {
    HTTPStatus.NOT_FOUND: "missing",
    HTTPStatus.METHOD_NOT_ALLOWED: "missing",
    HTTPStatus.TOO_MANY_REQUESTS: "busy",
}
"""The beginnings of the texts of each status."""

PUNCTUATION = re.compile(r"[^\w]+$")
"""What a mail program takes for a part of a link at the end of a sentence."""
OWN_PAGE = re.compile(r"/manage|/book(/[\w-]+)?")

TakePoints = Callable[[Request, int], int]
"""Charges the client, and returns the seconds until it has enough points; 0 if it had."""


def charge_page(take_points: TakePoints, request: Request) -> None:
    """Charge the client for a page.

    Raises:
        HTTPException: 429, when the client has asked for too much in a short time.
    """
    if wait := take_points(request, COST_OF_PAGE):
        headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, f"Please ask again in {wait} s.\n", headers)


@dataclass(frozen=True)
class Notices:
    """The handler of HTTPException for the whole server."""

    cards: ClinicCards

    async def respond(self, request: Request, refusal: Exception) -> Response:
        """A page where the client reads HTML, else the refusal as text."""
        assert isinstance(refusal, HTTPException)
        headers = dict(refusal.headers or {})
        if refusal.status_code == HTTPStatus.NOT_FOUND and (meant := _address_meant(request)):
            return RedirectResponse(meant, HTTPStatus.SEE_OTHER, PRIVATE)
        title = TITLES.get(HTTPStatus(refusal.status_code))
        if title is None or "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse(refusal.detail, refusal.status_code, headers)
        text = texts_for(language_of(request))
        html = templates.get_template("notice.html").render(
            text=text, clinic=await self._card(text.language), title=title
        )
        headers = SECURITY | PRIVATE | {"Content-Language": text.language} | headers
        return HTMLResponse(html, refusal.status_code, headers)

    async def _card(self, language: str) -> ClinicCard | None:
        """The last card if there is one: a refusal needs no look-up."""
        try:
            return self.cards.last.get(language) or await self.cards(language)
        except TryAgain:
            return None


def _address_meant(request: Request) -> str | None:
    """The address of ours that a link's rewritten address was, if that can be told."""
    if request.method not in ("GET", "HEAD"):
        return None
    if meant := manage_address(request):
        return meant
    path, query = PUNCTUATION.sub("", plain_address(request.scope["path"])), request.scope["query_string"]
    if path == request.scope["path"] or not OWN_PAGE.fullmatch(path):
        return None
    # A browser takes the fragment along, so that a manage link keeps its secret.
    return f"{path}?{quote(query, safe='=&%+')}".rstrip("?")
