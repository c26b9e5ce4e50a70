"""All that is open at once, to pull and pull again: SMART Scheduling Links.

A manifest names files of one resource a line. Slot files are a calendar month each, so their addresses
last; nothing is kept of them, neither here nor while they are sent.
"""

import asyncio
import json
from calendar import monthrange
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from booking.catalogue.lookup import deliverable_offers
from booking.domain.postal_address import parse_address
from booking.scheduling.schedule import Schedule
from booking.scheduling.slots import SlotCriteria, open_schedules
from booking.storage.queries.catalogue import (
    get_clinic,
    listed_locations,
    listed_practitioners,
    weekly_opening_hours,
)
from booking.storage.session import BookingSession
from feeds.conditional import conditional_response, etag_of, not_modified, rate_limited
from feeds.fhir import FhirPublisher, Resource
from feeds.source import FeedSource

NDJSON = "application/fhir+ndjson"
CACHE_HEADERS = {"Cache-Control": "public, max-age=60"}
"""Also how often it makes sense to ask, in seconds."""
COST, COST_OF_SLOTS = 10, 100
"""In points of the API; see graphql_api/security/rate_limiting.py."""
LINES_PER_CHUNK = 256


def bulk_routes(source: FeedSource) -> list[BaseRoute]:
    return [
        Route("/$bulk-publish", partial(_manifest, source)),
        Route("/bulk/locations.ndjson", partial(_locations, source)),
        Route("/bulk/practitioners.ndjson", partial(_practitioners, source)),
        Route("/bulk/schedules.ndjson", partial(_schedules, source)),
        Route("/bulk/slots-{year:int}-{month:int}.ndjson", partial(_slots, source)),
    ]


async def _manifest(source: FeedSource, request: Request) -> Response:
    if wait := source.charge(request, COST):
        return rate_limited(wait)
    async with source.database.read() as session:
        now = await source.now(session)
        locations = await listed_locations(session)
        policy = (await get_clinic(session)).policy
    states = sorted({parse_address(place.address).region for place in locations})
    # A hint where to look, so it is all or nothing.
    where = {"extension": {"state": states}} if all(states) and states else {}
    today = {now.astimezone(ZoneInfo(place.time_zone)).date() for place in locations}
    months = _months(min(today), policy.last_day(max(today))) if today else []
    files = [("Location", "locations"), ("Practitioner", "practitioners"), ("Schedule", "schedules")]
    files += [("Slot", f"slots-{month:%Y-%m}") for month in months]
    manifest = {
        # By the minute: what it names is no older, and the answer stays the same for so long.
        "transactionTime": now.replace(second=0, microsecond=0).isoformat(),
        "request": f"{source.site}/$bulk-publish",
        "requiresAccessToken": False,
        "output": [
            {"type": kind, "url": f"{source.site}/bulk/{file}.ndjson", **where} for kind, file in files
        ],
        "error": [],
    }
    return conditional_response(
        request, json.dumps(manifest, ensure_ascii=False).encode(), "application/json", CACHE_HEADERS
    )


async def _locations(source: FeedSource, request: Request) -> Response:
    if wait := source.charge(request, COST):
        return rate_limited(wait)
    async with source.database.read() as session:
        publisher = await _publisher(source, session)
        rows = await listed_locations(session)
    return _file(request, map(publisher.location, rows))


async def _practitioners(source: FeedSource, request: Request) -> Response:
    if wait := source.charge(request, COST):
        return rate_limited(wait)
    async with source.database.read() as session:
        publisher = await _publisher(source, session)
        rows = await listed_practitioners(session)
    return _file(request, map(publisher.practitioner, rows))


async def _schedules(source: FeedSource, request: Request) -> Response:
    """One for each service that somebody may deliver on some day that can be booked, with whom and where."""
    if wait := source.charge(request, COST):
        return rate_limited(wait)
    async with source.database.read() as session:
        publisher = await _publisher(source, session)
        offers = await deliverable_offers(session, now=await source.now(session))
        locations = {row.slug: row for row in await listed_locations(session)}
        people = {offer.practitioner.slug for offer in offers}
        hours = await weekly_opening_hours(session, locations=list(locations), practitioners=people)
    works = {(row.practitioner, row.location) for row in hours}
    return _file(
        request,
        [
            publisher.schedule(offer.service, offer.practitioner, location)
            for offer in offers
            for location in locations.values()
            if offer.service.visits == 1 and (offer.practitioner.slug, location.slug) in works
        ],
    )


async def _slots(source: FeedSource, request: Request) -> Response:
    try:
        first = date(request.path_params["year"], request.path_params["month"], 1)
    except ValueError:
        return PlainTextResponse("There is no such month.\n", 404)
    if wait := source.charge(request, COST_OF_SLOTS):
        return rate_limited(wait)
    async with source.database.read() as session:
        publisher = await _publisher(source, session)
        diaries = await _open_schedules_in(session, first, now=await source.now(session))
    headers = {**CACHE_HEADERS, "ETag": _etag(publisher, diaries)}
    return not_modified(request, headers) or StreamingResponse(
        _streamed(publisher, diaries), headers=headers, media_type=NDJSON
    )


async def _open_schedules_in(session: BookingSession, month: date, *, now: datetime) -> list[Schedule]:
    """What is open of each service, as bits: small, however many slots they stand for.

    Courses are not in it, because one open time does not say that a course can be booked.
    """
    last = month.replace(day=monthrange(month.year, month.month)[1])
    offers = await deliverable_offers(session, now=now)
    services = {offer.service.slug: offer.service for offer in offers if offer.service.visits == 1}
    found: list[Schedule] = []
    for service in services.values():
        found += await open_schedules(session, SlotCriteria(service), month, last, now=now)
    return found


def _etag(publisher: FhirPublisher, diaries: Sequence[Schedule]) -> str:
    """The first line of each shows all that the others have too but the time, and the bits are the times."""
    parts = []
    for diary in diaries:
        if first := next(publisher.slots(diary), None):
            parts += [_line(first), diary.starts.to_bytes((diary.starts.bit_length() + 7) // 8, "little")]
    return etag_of(parts)


async def _streamed(publisher: FhirPublisher, diaries: Sequence[Schedule]) -> AsyncIterator[bytes]:
    lines: list[bytes] = []
    for diary in diaries:
        for slot in publisher.slots(diary):
            lines.append(_line(slot))
            if len(lines) == LINES_PER_CHUNK:
                yield b"".join(lines)
                lines.clear()
                await asyncio.sleep(0)  # Others are served in between.
    yield b"".join(lines)


def _file(request: Request, resources: Iterable[Resource]) -> Response:
    return conditional_response(request, b"".join(map(_line, resources)), NDJSON, CACHE_HEADERS)


def _line(resource: Resource) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _months(first: date, last: date) -> list[date]:
    """The first day of each month from the one of `first` to the one of `last`."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


async def _publisher(source: FeedSource, session: BookingSession) -> FhirPublisher:
    return FhirPublisher(await get_clinic(session), source.site, source.api_id)
