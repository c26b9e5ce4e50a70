"""A practitioner's calendar, for any calendar that subscribes to an address."""

from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from booking.feed import feed
from feeds.answers import too_fast, whole
from feeds.source import Source

COST = 10
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
KEPT_BY_NOBODY = {**PRIVATE, "Cache-Control": "no-store"}
ASKED_AGAIN = {**PRIVATE, "Cache-Control": "private, no-cache"}


def calendar_routes(source: Source) -> list[BaseRoute]:
    return [Route("/feeds/{token}.ics", partial(_calendar, source))]


def feed_address(site: str, token: str) -> str:
    return f"{site}/feeds/{token}.ics"


async def _calendar(source: Source, request: Request) -> Response:
    if wait := source.charge(request, COST):
        return too_fast(wait)
    async with source.database.read() as session:
        text = await feed(session, request.path_params["token"], now=await source.now(session))
    if text is None:
        return PlainTextResponse(
            "There is no such calendar.\n", 404, {**PRIVATE, "Cache-Control": "no-store"}
        )
    return whole(request, text.encode(), "text/calendar; charset=utf-8", ASKED_AGAIN)
