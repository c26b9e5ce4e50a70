"""The Slot files of a bulk feed: a calendar month of open slots, streamed service by service.

A file of a large clinic is hundreds of megabytes, and its ETag by contents needs all open times. So a client
that has no copy is sent the first lines at once, with an ETag of the database's revision. A client that asks
whether its copy is good waits for the contents where the revision differs, and is mostly spared the file.
"""

import json
import secrets
from calendar import monthrange
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from booking.catalogue.lookup import QualifiedOffer, all_locations, all_services, deliverable_offers
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.schedule import Schedule
from booking.scheduling.slots import availability_valid_until, open_schedules
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.clock import request_start
from booking.storage.session import BookingSession
from feeds.conditional import etag_of, not_modified
from feeds.context import FeedContext
from feeds.fhir import FhirPublisher, Resource

NDJSON = "application/fhir+ndjson"
CACHE_HEADERS = {"Cache-Control": "public, max-age=60"}
"""The specification's hint how often to poll, in seconds."""
COST = 100
"""In points of the API; see graphql_api/limits/rate_limiting.py."""
OFFERS_PER_POINT = 10
"""A service of a practitioner is an offer: for so many of them a file costs a point more."""
LINES_PER_CHUNK = 256
MAX_REMEMBERED = 200
"""Files whose contents are known by their revision."""


@dataclass(frozen=True)
class _File:
    """What a request asks for: a month, all services or these, all locations or these."""

    publisher: FhirPublisher
    services: Collection[Service]
    locations: Collection[str]
    first_day: date
    now: datetime

    async def schedules_of(self, session: BookingSession, service: Service) -> list[Schedule]:
        """The schedules of a service with their open starts as bits, which stay small."""
        month = self.first_day
        last_day = month.replace(day=monthrange(month.year, month.month)[1])
        schedules = await open_schedules(session, SlotCriteria(service), month, last_day, now=self.now)
        return [each for each in schedules if not self.locations or each.location in self.locations]


@dataclass
class SlotFiles:
    context: FeedContext
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    """SQLite counts revisions for each process: those of another one mean nothing here."""
    _contents: "OrderedDict[str, str]" = field(default_factory=OrderedDict)
    """The ETag of the contents, by that of the revision, of files that were streamed to their end."""

    async def file(self, request: Request) -> Response:
        """`GET /bulk/slots-{month}.ndjson`, of `?service=` and `?location=` alone if they are given."""
        try:
            first_day = date.fromisoformat(f"{request.path_params['month']}-01")
        except ValueError:
            raise HTTPException(404, "There is no such month.\n") from None
        self.context.charge(request, COST)
        services, locations = (set(request.query_params.getlist(name)) for name in ("service", "location"))
        revision = await self.context.database.revision()
        async with self.context.database.read() as session:
            publisher = await publisher_of(self.context, session)
            now = await self.context.now(session)
            if not services <= (await all_services(session)).keys():
                raise HTTPException(404, "There is no such service.\n")
            if not locations <= (await all_locations(session)).keys():
                raise HTTPException(404, "There is no such location.\n")
            start = await request_start(session, now=now)
            policy, expiry = publisher.clinic.policy, start.next_hold_expiry
            until = availability_valid_until(policy, now=now, next_hold_expiry=expiry)
            what = repr((revision, until, first_day, sorted(services), sorted(locations))).encode()
            etag = etag_of([self._salt, what])
            if revision is not None and (unchanged := not_modified(request, _headers(etag))):
                return unchanged
            offers = await deliverable_offers(session, now=now, services=services or None)
        self.context.charge(request, len(offers) // OFFERS_PER_POINT)
        file = _File(publisher, _with_slots(offers), locations, first_day, now)
        if revision is None or "if-none-match" in request.headers:
            return await self._known_contents(request, file)
        return StreamingResponse(self._stream(file, etag), headers=_headers(etag), media_type=NDJSON)

    async def _known_contents(self, request: Request, file: _File) -> Response:
        """304 for a copy with the same contents, else the file with the ETag of its contents."""
        schedules = []
        for service in file.services:
            async with self.context.database.read() as session:
                schedules += await file.schedules_of(session, service)
        etag = await etag_of_slots(file.publisher, schedules)
        same = [etag, *(known for known, contents in self._contents.items() if contents == etag)]
        for each in same:
            if unchanged := not_modified(request, _headers(each)):
                return unchanged
        return StreamingResponse(
            _chunks(file.publisher, schedules), headers=_headers(etag), media_type=NDJSON
        )

    async def _stream(self, file: _File, etag: str) -> AsyncIterator[bytes]:
        """Each service is looked up when the ones before it are sent."""
        tags: list[bytes] = []
        for service in file.services:
            async with self.context.database.read() as session:
                schedules = await file.schedules_of(session, service)
            tags += [tag async for tag in _tags(file.publisher, schedules)]
            async for chunk in _chunks(file.publisher, schedules):
                yield chunk
        self._contents[etag] = etag_of(tags)
        if len(self._contents) > MAX_REMEMBERED:
            self._contents.popitem(last=False)


async def services_with_slots(session: BookingSession, *, now: datetime) -> Collection[Service]:
    """The services of one visit that can be delivered.

    Courses are left out: one open time does not say that a course can be booked.
    """
    return _with_slots(await deliverable_offers(session, now=now))


async def etag_of_slots(publisher: FhirPublisher, schedules: Sequence[Schedule]) -> str:
    return etag_of([tag async for tag in _tags(publisher, schedules)])


async def publisher_of(context: FeedContext, session: BookingSession) -> FhirPublisher:
    return FhirPublisher(await get_clinic(session), context.site, context.global_id)


def line(resource: Resource) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _headers(etag: str) -> dict[str, str]:
    return CACHE_HEADERS | {"ETag": etag}


def _with_slots(offers: Iterable[QualifiedOffer]) -> Collection[Service]:
    return {offer.service.slug: offer.service for offer in offers if offer.service.visits == 1}.values()


async def _tags(publisher: FhirPublisher, schedules: Sequence[Schedule]) -> AsyncIterator[bytes]:
    """Of each schedule's first line and bits: further lines differ from it in the time alone."""
    async for schedule in cooperatively(schedules):
        if first := next(publisher.slots(schedule), None):
            starts = schedule.starts
            starts >>= (starts & -starts).bit_length() - 1  # From the first slot, whenever the window begins.
            bits = starts.to_bytes((starts.bit_length() + 7) // 8, "little")
            yield etag_of([line(first), bits]).encode()


async def _chunks(publisher: FhirPublisher, schedules: Sequence[Schedule]) -> AsyncIterator[bytes]:
    lines: list[bytes] = []
    async for slot in cooperatively(slot for schedule in schedules for slot in publisher.slots(schedule)):
        lines.append(line(slot))
        if len(lines) == LINES_PER_CHUNK:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)
