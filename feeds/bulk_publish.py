"""Every open slot as a FHIR bulk feed: `$bulk-publish` of SMART Scheduling Links.

https://github.com/smart-on-fhir/smart-scheduling-links/blob/master/specification.md

The manifest names NDJSON files of one resource a line. A slot file is a calendar month, so its address
lasts. Slot files are streamed from the schedules' bits, so the server never holds one whole.
"""

import json
from calendar import monthrange
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from booking.catalogue.lookup import all_locations, all_services, deliverable_offers
from booking.domain.postal_address import parse_address
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.schedule import Schedule
from booking.scheduling.slots import open_schedules
from booking.storage.cooperative import cooperatively
from booking.storage.queries.catalogue import (
    get_clinic,
    listed_locations,
    listed_practitioners,
    weekly_opening_hours,
)
from booking.storage.session import BookingSession
from feeds.conditional import conditional_response, etag_of, not_modified
from feeds.context import FeedContext, Now
from feeds.fhir import FhirPublisher, Resource

NDJSON = "application/fhir+ndjson"
CACHE_HEADERS = {"Cache-Control": "public, max-age=60"}
"""The specification's hint how often to poll, in seconds."""
COST, COST_OF_SLOTS = 10, 100
"""In points of the API; see graphql_api/limits/rate_limiting.py."""
LINES_PER_CHUNK = 256

ReadResources = Callable[[BookingSession, FhirPublisher, Now], Awaitable[Iterable[Resource]]]


def bulk_routes(context: FeedContext) -> list[BaseRoute]:
    return [
        Route("/$bulk-publish", partial(_manifest, context)),
        *(Route(f"/bulk/{name}.ndjson", partial(_file, context, read)) for name, read in FILES.values()),
        Route("/bulk/slots-{month}.ndjson", partial(_slots, context)),
    ]


async def _manifest(context: FeedContext, request: Request) -> Response:
    context.charge(request, COST)
    async with context.database.read() as session:
        now = await context.now(session)
        locations = await listed_locations(session)
        policy = (await get_clinic(session)).policy
    states = sorted({parse_address(location.address).region for location in locations})
    # Clients skip files by state: with one location's state unknown, a list would hide that location.
    extension = {"extension": {"state": states}} if all(states) and states else {}
    today = {now.astimezone(ZoneInfo(location.time_zone)).date() for location in locations}
    months = _months(min(today), policy.last_day(max(today))) if today else []
    files = [(resource_type, name) for resource_type, (name, _) in FILES.items()]
    files += [("Slot", f"slots-{month:%Y-%m}") for month in months]
    manifest = {
        # The minute that has begun: no named file is older, and the ETag stays the same for a minute.
        "transactionTime": now.replace(second=0, microsecond=0).isoformat(),
        "request": f"{context.site}/$bulk-publish",
        "requiresAccessToken": False,
        "output": [
            {"type": resource_type, "url": f"{context.site}/bulk/{name}.ndjson", **extension}
            for resource_type, name in files
        ],
        "error": [],
    }
    return conditional_response(
        request, json.dumps(manifest, ensure_ascii=False).encode(), "application/json", CACHE_HEADERS
    )


async def _file(context: FeedContext, read: ReadResources, request: Request) -> Response:
    context.charge(request, COST)
    async with context.database.read() as session:
        resources = await read(session, await _publisher(context, session), context.now)
    body = b"".join([_line(resource) async for resource in cooperatively(resources)])
    return conditional_response(request, body, NDJSON, CACHE_HEADERS)


async def _locations(session: BookingSession, publisher: FhirPublisher, _now: Now) -> Iterable[Resource]:
    return map(publisher.location, await listed_locations(session))


async def _practitioners(session: BookingSession, publisher: FhirPublisher, _now: Now) -> Iterable[Resource]:
    return map(publisher.practitioner, await listed_practitioners(session))


async def _schedules(session: BookingSession, publisher: FhirPublisher, now: Now) -> Iterable[Resource]:
    """A Schedule for each service, practitioner and location with hours, deliverable on a bookable day."""
    offers = await deliverable_offers(session, now=await now(session))
    locations = {location.slug: location for location in await listed_locations(session)}
    practitioners = {offer.practitioner.slug for offer in offers}
    hours = await weekly_opening_hours(session, locations=list(locations), practitioners=practitioners)
    with_hours = {(row.practitioner, row.location) for row in hours}
    return (
        publisher.schedule(offer.service, offer.practitioner, location)
        for offer in offers
        for location in locations.values()
        if offer.service.visits == 1 and (offer.practitioner.slug, location.slug) in with_hours
    )


FILES: Mapping[str, tuple[str, ReadResources]] = {
    "Location": ("locations", _locations),
    "Practitioner": ("practitioners", _practitioners),
    "Schedule": ("schedules", _schedules),
}


async def _slots(context: FeedContext, request: Request) -> Response:
    try:
        first_day = date.fromisoformat(f"{request.path_params['month']}-01")
    except ValueError:
        raise HTTPException(404, "There is no such month.\n") from None
    context.charge(request, COST_OF_SLOTS)
    async with context.database.read() as session:
        publisher = await _publisher(context, session)
        now = await context.now(session)
        services, locations = (set(request.query_params.getlist(name)) for name in ("service", "location"))
        if not services <= (await all_services(session)).keys():
            raise HTTPException(404, "There is no such service.\n")
        if not locations <= (await all_locations(session)).keys():
            raise HTTPException(404, "There is no such location.\n")
        schedules = [
            schedule
            for schedule in await _open_schedules_in(session, first_day, services or None, now=now)
            if not locations or schedule.location in locations
        ]
    headers = CACHE_HEADERS | {"ETag": await _etag(publisher, schedules)}
    return not_modified(request, headers) or StreamingResponse(
        _stream(publisher, schedules), headers=headers, media_type=NDJSON
    )


async def _open_schedules_in(
    session: BookingSession, month: date, only: Collection[str] | None, *, now: datetime
) -> list[Schedule]:
    """The schedules of each service, or `only` of these, with their open starts as bits.

    The bits stay small for any number of slots.

    Courses are left out: one open time does not say that a course can be booked.
    """
    last_day = month.replace(day=monthrange(month.year, month.month)[1])
    offers = await deliverable_offers(session, now=now, services=only)
    services = {offer.service.slug: offer.service for offer in offers if offer.service.visits == 1}
    return [
        schedule
        for service in services.values()
        for schedule in await open_schedules(session, SlotCriteria(service), month, last_day, now=now)
    ]


async def _etag(publisher: FhirPublisher, schedules: Sequence[Schedule]) -> str:
    """The ETag of each schedule's first line and bits: further lines differ from it in the time alone."""
    tags = []
    async for schedule in cooperatively(schedules):
        if first := next(publisher.slots(schedule), None):
            starts = schedule.starts
            bits = starts.to_bytes((starts.bit_length() + 7) // 8, "little")
            tags.append(etag_of([_line(first), bits]).encode())
    return etag_of(tags)


async def _stream(publisher: FhirPublisher, schedules: Sequence[Schedule]) -> AsyncIterator[bytes]:
    lines: list[bytes] = []
    async for slot in cooperatively(slot for schedule in schedules for slot in publisher.slots(schedule)):
        lines.append(_line(slot))
        if len(lines) == LINES_PER_CHUNK:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def _line(resource: Resource) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _months(first: date, last: date) -> list[date]:
    """The first day of each month from the one of `first` to the one of `last`."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


async def _publisher(context: FeedContext, session: BookingSession) -> FhirPublisher:
    return FhirPublisher(await get_clinic(session), context.site, context.global_id)
