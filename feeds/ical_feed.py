"""A practitioner's calendar, for any calendar that subscribes to an address."""

from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from booking.calendars.subscription import render_feed
from feeds.conditional import conditional_response, rate_limited
from feeds.source import FeedSource

COST = 10
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
KEPT_BY_NOBODY = {**PRIVATE, "Cache-Control": "no-store"}
ASKED_AGAIN = {**PRIVATE, "Cache-Control": "private, no-cache"}


def calendar_routes(source: FeedSource) -> list[BaseRoute]:
    return [Route("/feeds/{token}.ics", partial(_calendar, source))]


def feed_address(site: str, token: str) -> str:
    return f"{site}/feeds/{token}.ics"


async def _calendar(source: FeedSource, request: Request) -> Response:
    if wait := source.charge(request, COST):
        return rate_limited(wait)
    async with source.database.read() as session:
        text = await render_feed(session, request.path_params["token"], now=await source.now(session))
    if text is None:
        return PlainTextResponse(
            "There is no such calendar.\n", 404, {**PRIVATE, "Cache-Control": "no-store"}
        )
    return conditional_response(request, text.encode(), "text/calendar; charset=utf-8", ASKED_AGAIN)
