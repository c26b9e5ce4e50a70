"""Pages of the waiting list, which work without a script: links in mails lead here."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from web.noscript.request import NoscriptSite
from web.visits.routes import respond
from web.waiting.entry import entry_page, leave, leave_page
from web.waiting.offer import accept, decline
from web.waiting.request import WaitingRequest

Page = Callable[[WaitingRequest], Awaitable[Response]]
PAGES: dict[tuple[str, str], Page] = {
    ("GET", ""): entry_page,
    ("POST", "/accept"): accept,
    ("POST", "/decline"): decline,
    ("GET", "/leave"): leave_page,
    ("POST", "/leave"): leave,
}


def waiting_routes(site: NoscriptSite) -> list[BaseRoute]:
    """All below `/waiting/{token}`. A GET changes nothing: mail scanners follow links."""
    return [
        Route(f"/waiting/{{token}}{path}", partial(respond, site, WaitingRequest, page), methods=[method])
        for (method, path), page in PAGES.items()
    ]
