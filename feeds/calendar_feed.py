"""Practitioners' calendars (RFC 5545, 7986) and free/busy times, at secret addresses."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.calendars.calendar_feed import render_feed
from booking.calendars.free_busy import render_free_busy
from booking.domain.tokens import plain_address, token_in
from feeds.conditional import conditional_response, etag_of
from feeds.context import FeedContext

COST = 10
MEDIA_TYPE = "text/calendar; charset=utf-8"
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def calendar_routes(context: FeedContext) -> list[BaseRoute]:
    return [Route("/feeds/{address:path}", partial(_calendar, context))]


def feed_address(site: str, token: str) -> str:
    return f"{site}/feeds/{token}.ics"


def free_busy_address(site: str, token: str) -> str:
    return f"{site}/feeds/{token}.ifb"


async def _calendar(context: FeedContext, request: Request) -> Response:
    tokens = _possible_tokens(request.path_params["address"])
    # A right address is never refused for the wrong ones that a neighbour asks for.
    await context.charge_with_secret(request, COST, tokens)
    async with context.database.read() as session:
        now = await context.now(session)
        texts = [text for token in tokens if (text := await render_feed(session, token, now=now))]
        times = [found for token in tokens if (found := await render_free_busy(session, token, now=now))]
    if not texts and not times:
        raise HTTPException(404, "There is no such calendar.\n", PRIVATE | {"Cache-Control": "no-store"})
    headers = PRIVATE | {"Cache-Control": "private, no-cache"}
    if texts:
        return conditional_response(request, texts[0].encode(), MEDIA_TYPE, headers)
    # Weak: the same times are told with the instant of each answer.
    etag = f"W/{etag_of([times[0].fingerprint.encode()])}"
    return conditional_response(request, times[0].text.encode(), MEDIA_TYPE, headers, etag=etag)


def _possible_tokens(address: str) -> list[str]:
    """The feed's token in its address, also in one that a mail program rewrote."""
    plain = plain_address(address).partition(".i")[0]
    bare = address.removesuffix(".ics").removesuffix(".ifb")
    return list(dict.fromkeys((bare, token_in(address), plain)))
