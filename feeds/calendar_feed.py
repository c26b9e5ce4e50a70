"""A practitioner's calendar as an iCalendar feed (RFC 5545, 7986) that calendar programs subscribe to."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.calendars.calendar_feed import render_feed
from booking.domain.tokens import hash_of, plain_address, token_in
from booking.storage.queries.calendar_feeds import practitioner_of_feed
from booking.storage.session import BookingSession
from feeds.conditional import conditional_response
from feeds.context import FeedContext

COST = 10
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def calendar_routes(context: FeedContext) -> list[BaseRoute]:
    return [Route("/feeds/{address:path}", partial(_calendar, context))]


def feed_address(site: str, token: str) -> str:
    return f"{site}/feeds/{token}.ics"


async def _calendar(context: FeedContext, request: Request) -> Response:
    async with context.database.read() as session:
        token = await _known_token(session, request.path_params["address"])
        # A right address is never refused for the wrong ones that a neighbour asks for.
        context.charge(request, COST, secret=hash_of(token) if token else None)
        text = await render_feed(session, token, now=await context.now(session)) if token else None
    if text is None:
        raise HTTPException(404, "There is no such calendar.\n", PRIVATE | {"Cache-Control": "no-store"})
    headers = PRIVATE | {"Cache-Control": "private, no-cache"}
    return conditional_response(request, text.encode(), "text/calendar; charset=utf-8", headers)


async def _known_token(session: BookingSession, address: str) -> str | None:
    """The token of a feed in its address, also in one that a mail program rewrote; None if it is unknown."""
    for token in (
        address.removesuffix(".ics"),
        token_in(address),
        plain_address(address).partition(".ics")[0],
    ):
        if await practitioner_of_feed(session, hash_of(token)):
            return token
    return None
