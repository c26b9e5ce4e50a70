"""Every open slot as a FHIR bulk feed: `$bulk-publish` of SMART Scheduling Links.

https://github.com/smart-on-fhir/smart-scheduling-links/blob/master/specification.md

The manifest names NDJSON files of one resource a line. A slot file is a calendar month, so its address
lasts; see `feeds/bulk_slots.py`.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.catalogue.lookup import all_locations, deliverable_offers
from booking.catalogue.photos import photo_addresses
from booking.domain.postal_address import parse_address
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import all_open_schedules, availability_valid_until
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import PHOTO_SIZES
from booking.storage.queries.catalogue import (
    day_hours_between,
    get_clinic,
    listed_practitioners,
    weekly_opening_hours,
)
from booking.storage.session import BookingSession
from feeds.bulk_slots import (
    CACHE_HEADERS,
    NDJSON,
    SlotFiles,
    etag_of_slots,
    line,
    publisher_of,
    services_with_slots,
)
from feeds.conditional import conditional_response, etag_of, not_modified
from feeds.context import FeedContext, Now
from feeds.fhir import FhirPublisher, Resource

COST = 10
"""In points of the API; see graphql_api/limits/rate_limiting.py."""

ReadResources = Callable[[BookingSession, FhirPublisher, Now], Awaitable[Iterable[Resource]]]


class Publication:
    """When this process first saw the files in their present state."""

    def __init__(self) -> None:
        self._seen: tuple[str, datetime] | None = None

    def seen_at(self, etag: str, now: datetime) -> datetime:
        """The whole second in which files with this ETag were first seen."""
        if self._seen is None or self._seen[0] != etag:
            self._seen = etag, now.replace(microsecond=0)
        return self._seen[1]


def bulk_routes(context: FeedContext) -> list[BaseRoute]:
    return [
        Route("/$bulk-publish", partial(_manifest, context, Publication())),
        *(Route(f"/bulk/{name}.ndjson", partial(_file, context, read)) for name, read in FILES.values()),
        Route("/bulk/slots-{month}.ndjson", SlotFiles(context).file),
    ]


async def _manifest(context: FeedContext, publication: Publication, request: Request) -> Response:
    context.charge(request, COST)
    async with context.database.read() as session:
        now = await context.now(session)

    async def read(session: BookingSession) -> tuple[tuple[str, list[Resource]], datetime]:
        files = await _files(context, session, now=now)
        policy = (await get_clinic(session)).policy
        return files, availability_valid_until(policy, now=now, next_hold_expiry=session.next_hold_expiry)

    etag, output = await context.database.read_shared("bulk files", read, now=now)
    manifest = {
        "transactionTime": publication.seen_at(etag, now).isoformat(),
        "request": f"{context.site}/$bulk-publish",
        "requiresAccessToken": False,
        "output": output,
        "error": [],
    }
    headers = CACHE_HEADERS | {"ETag": etag}
    return not_modified(request, headers) or Response(
        json.dumps(manifest, ensure_ascii=False).encode(), headers=headers, media_type="application/json"
    )


async def _files(
    context: FeedContext, session: BookingSession, *, now: datetime
) -> tuple[str, list[Resource]]:
    """An ETag of the contents of all files, and their entries in the manifest.

    The ETag is weak: replicas may have seen the same contents at different times.
    """
    publisher = await publisher_of(context, session)
    locations = await _listed_locations(session)
    states = sorted({parse_address(location.address).region for location in locations})
    # Clients skip files by state: with one location's state unknown, a list would hide that location.
    extension = {"extension": {"state": states}} if all(states) and states else {}
    today = {now.astimezone(ZoneInfo(location.time_zone)).date() for location in locations}
    months = _months(min(today), publisher.clinic.policy.last_day(max(today))) if today else []
    names = [(resource_type, name) for resource_type, (name, _) in FILES.items()]
    names += [("Slot", f"slots-{month:%Y-%m}") for month in months]
    output = [
        {"type": resource_type, "url": f"{context.site}/bulk/{name}.ndjson", **extension}
        for resource_type, name in names
    ]
    contents = [json.dumps(output).encode()]
    contents += [await _body(session, publisher, read, context.now) for _, read in FILES.values()]
    for service in await services_with_slots(session, now=now):
        schedules = await all_open_schedules(session, SlotCriteria(service), now=now)
        contents.append((await etag_of_slots(publisher, schedules)).encode())
    return f"W/{etag_of(contents)}", output


async def _body(session: BookingSession, publisher: FhirPublisher, read: ReadResources, now: Now) -> bytes:
    resources = await read(session, publisher, now)
    return b"".join([line(resource) async for resource in cooperatively(resources)])


async def _file(context: FeedContext, read: ReadResources, request: Request) -> Response:
    context.charge(request, COST)
    async with context.database.read() as session:
        body = await _body(session, await publisher_of(context, session), read, context.now)
    return conditional_response(request, body, NDJSON, CACHE_HEADERS)


async def _listed_locations(session: BookingSession) -> Sequence[Location]:
    """In the clinic's order; read once for all files, because the catalogue's rows are cached."""
    listed = (row for row in (await all_locations(session)).values() if row.listed)
    return sorted(listed, key=lambda row: row.position)


async def _locations(session: BookingSession, publisher: FhirPublisher, _now: Now) -> Iterable[Resource]:
    return map(publisher.location, await _listed_locations(session))


async def _practitioners(session: BookingSession, publisher: FhirPublisher, _now: Now) -> Iterable[Resource]:
    rows = await listed_practitioners(session)
    photos = await photo_addresses(session, [row.slug for row in rows], max(PHOTO_SIZES))
    return (publisher.practitioner(row, photos[row.slug]) for row in rows)


async def _schedules(session: BookingSession, publisher: FhirPublisher, now: Now) -> Iterable[Resource]:
    """A Schedule for each service, practitioner and location with hours, deliverable on a bookable day."""
    instant = await now(session)
    offers = await deliverable_offers(session, now=instant)
    locations = {location.slug: location for location in await _listed_locations(session)}
    practitioners = {offer.practitioner.slug for offer in offers}
    hours = await weekly_opening_hours(session, locations=list(locations), practitioners=practitioners)
    today = {instant.astimezone(ZoneInfo(row.time_zone)).date() for row in locations.values()}
    last_day = publisher.clinic.policy.last_day(max(today, default=instant.date()))
    first_day = min(today, default=last_day)
    day_hours = await day_hours_between(
        session, first_day, last_day, locations=list(locations), practitioners=practitioners
    )
    with_hours = {(row.practitioner, row.location) for row in day_hours}
    with_hours |= {(row.practitioner, row.location) for row in hours if row.days.touches(first_day, last_day)}
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


def _months(first: date, last: date) -> list[date]:
    """The first day of each month from the one of `first` to the one of `last`."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]
