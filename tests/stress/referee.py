"""The last word: what the database holds in the end, against what it may hold and what clients were told.

Nothing is asked of the code under test but its tables: which ticks a visit owns is worked out here again.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus, Hold, Tick
from booking.storage.models.catalogue import Service
from booking.storage.queries.catalogue import all_rows
from booking.storage.queries.clock import current_time

TICK_SECONDS = 300


@dataclass(frozen=True)
class Seen:
    """How an appointment stands, as far as its client was told."""

    id: uuid.UUID
    reference: str
    status: AppointmentStatus
    practitioner: str
    starts_at: datetime


@dataclass
class Verdict:
    """A sentence for each thing that is wrong."""

    doubles: list[str] = field(default_factory=list)  # one time sold twice, or one wish fulfilled twice
    losses: list[str] = field(default_factory=list)  # what was acknowledged, and is not so
    strays: list[str] = field(default_factory=list)  # ticks that don't fit their owner

    @property
    def all(self) -> list[str]:
        return [*self.doubles, *self.losses, *self.strays]


@dataclass(frozen=True)
class Books:
    """All that is kept of some practitioners' time."""

    now: datetime
    services: Mapping[str, Service]
    holds: Mapping[uuid.UUID, Hold]
    appointments: Mapping[uuid.UUID, Appointment]
    ticks: Mapping[uuid.UUID, list[Tick]]  # by owner

    @property
    def owners(self) -> dict[uuid.UUID, Appointment | Hold]:
        """Whoever must own time now: visits that stand, and holds that run."""
        booked = {
            visit.id: visit
            for visit in self.appointments.values()
            if visit.status is AppointmentStatus.BOOKED
        }
        running = {
            hold.id: hold
            for hold in self.holds.values()
            if hold.expires_at > self.now and hold.id not in self.appointments
        }
        return {**running, **booked}

    def owned_time(self, visit: Appointment | Hold) -> tuple[datetime, datetime]:
        """With its buffers."""
        service = self.services[visit.service]
        ends_at = visit.starts_at + service.duration + service.buffer_after
        return visit.starts_at - service.buffer_before, ends_at


async def read_books(url: str, *, of: str = "") -> Books:
    """Of the practitioners whose slugs begin with `of`."""
    database = Database(url)
    try:
        async with database.read() as session:
            ticks: dict[uuid.UUID, list[Tick]] = defaultdict(list)
            for tick in await session.scalars(select(Tick).where(Tick.resource.startswith(of))):
                ticks[tick.owner].append(tick)
            holds = await session.scalars(select(Hold).where(Hold.practitioner.startswith(of)))
            visits = await session.scalars(select(Appointment).where(Appointment.practitioner.startswith(of)))
            return Books(
                now=await current_time(session),
                services={service.slug: service for service in await all_rows(session, Service)},
                holds={hold.id: hold for hold in holds},
                appointments={visit.id: visit for visit in visits},
                ticks=dict(ticks),
            )
    finally:
        await database.close()


def judge(
    books: Books,
    *,
    seen: Collection[Seen] | None = None,
    held: Collection[uuid.UUID] | None = None,
) -> Verdict:
    """`seen` are all appointments that clients were told of, `held` all holds that they still have;
    None where that is not known.
    """
    verdict = Verdict(doubles=list(_overlaps(books)), strays=list(_strays(books)))
    if seen is not None:
        verdict.losses += _lost(books, seen)
        untold = books.appointments.keys() - {visit.id for visit in seen}
        verdict.doubles += [f"nobody was told of the appointment {visit}" for visit in untold]
    if held is not None:
        kept = books.owners.keys() - books.appointments.keys()
        verdict.losses += [f"the hold {hold} is gone" for hold in set(held) - kept]
        verdict.doubles += [f"nobody was told of the hold {hold}" for hold in kept - set(held)]
    return verdict


def _overlaps(books: Books) -> Iterator[str]:
    """By the times of visits and holds, whatever the ticks say."""
    diaries: dict[str, list[tuple[datetime, datetime, uuid.UUID]]] = defaultdict(list)
    for owner, visit in books.owners.items():
        diaries[visit.practitioner].append((*books.owned_time(visit), owner))
    for practitioner, times in diaries.items():
        latest_end, latest = datetime.min.replace(tzinfo=UTC), None
        for start, end, owner in sorted(times):
            if start < latest_end:
                yield f"{practitioner} is owned by {latest} and {owner} at {start:%Y-%m-%d %H:%M}"
            if end > latest_end:
                latest_end, latest = end, owner


def _strays(books: Books) -> Iterator[str]:
    owners = books.owners
    for owner, visit in owners.items():
        expires_at = None if isinstance(visit, Appointment) else visit.expires_at
        first, last = (int(time.timestamp()) // TICK_SECONDS for time in books.owned_time(visit))
        due = {(visit.practitioner, tick, expires_at) for tick in range(first, last)}
        owned = {(tick.resource, tick.tick, tick.expires_at) for tick in books.ticks.get(owner, ())}
        if owned != due:
            yield f"{type(visit).__name__} {owner} owns {len(owned & due)} of its {len(due)} ticks" + (
                f" and {len(owned - due)} others" if owned - due else ""
            )
    for owner in books.ticks.keys() - owners.keys():
        hold = books.holds.get(owner)
        if hold is None or owner in books.appointments:
            yield f"ticks are left of {owner}, which " + ("is no hold" if hold is None else "does not stand")
        elif any(tick.expires_at is None or tick.expires_at > hold.expires_at for tick in books.ticks[owner]):
            yield f"ticks outlive their hold {owner}"


def _lost(books: Books, seen: Collection[Seen]) -> Iterator[str]:
    for told in seen:
        visit = books.appointments.get(told.id)
        if visit is None:
            yield f"the appointment {told.reference} is gone"
            continue
        kept = Seen(visit.id, visit.reference, visit.status, visit.practitioner, visit.starts_at)
        if kept != told:
            yield f"a client was told {told}, and kept is {kept}"


def room_left(books: Books, *, service: str, practitioner: str, start: datetime, end: datetime) -> bool:
    """Whether nobody owns any of the time that this visit would own."""
    wanted = books.services[service]
    first, last = start - wanted.buffer_before, end + wanted.buffer_after
    taken = (books.owned_time(visit) for visit in books.owners.values() if visit.practitioner == practitioner)
    return all(last <= low or high <= first for low, high in taken)
