"""Invariants of the database after a scenario: against the rules of time, and against the clients' answers.

Of the code under test only the tables are used: the ticks that a visit owns are computed here once more.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Resource, Tick
from booking.storage.queries.catalogue import all_rows
from booking.storage.queries.clock import current_time
from tests.support.databases import open_database

TICK_SECONDS = 300


@dataclass(frozen=True)
class ConfirmedAppointment:
    """An appointment as the last answer to its client showed it."""

    id: uuid.UUID
    reference: str
    status: AppointmentStatus
    practitioner: str
    starts_at: datetime


@dataclass
class Violations:
    """A sentence for each violation."""

    doubles: list[str] = field(default_factory=list)  # a time sold twice, or a request done twice
    losses: list[str] = field(default_factory=list)  # confirmed, but not in the database
    stray_ticks: list[str] = field(default_factory=list)  # ticks that don't fit their owner

    @property
    def all(self) -> list[str]:
        return [*self.doubles, *self.losses, *self.stray_ticks]


@dataclass(frozen=True)
class DatabaseState:
    """All that is current of some practitioners' time."""

    now: datetime
    services: Mapping[str, Service]
    holds: Mapping[uuid.UUID, Hold]
    appointments: Mapping[uuid.UUID, Appointment]
    ticks: Mapping[uuid.UUID, list[Tick]]  # by owner
    kinds: Mapping[str, str] = field(default_factory=dict)  # of rooms and equipment

    @property
    def owners(self) -> dict[uuid.UUID, Appointment | Hold]:
        """The rows that must own time now: booked appointments, and holds that have not expired."""
        booked = {
            appointment.id: appointment for appointment in self.appointments.values() if appointment.stands
        }
        running = {
            hold.id: hold
            for hold in self.holds.values()
            if hold.expires_at > self.now and hold.id not in self.appointments
        }
        return {**running, **booked}

    def rooms(self, owner: uuid.UUID) -> set[str]:
        """The rooms and the equipment that it has any ticks of."""
        return {tick.resource for tick in self.ticks.get(owner, ())} & self.kinds.keys()

    def owned_time(self, appointment: Appointment | Hold) -> tuple[datetime, datetime]:
        """With its buffers."""
        service = self.services[appointment.service]
        return appointment.starts_at - service.buffer_before, appointment.ends_at + service.buffer_after


async def read_state(url: str, *, of: str = "") -> DatabaseState:
    """Of the practitioners whose slugs begin with `of`."""
    database = open_database(url)
    try:
        async with database.read() as session:
            ticks: dict[uuid.UUID, list[Tick]] = defaultdict(list)
            for tick in await session.scalars(select(Tick).where(Tick.resource.startswith(of))):
                ticks[tick.owner].append(tick)
            holds = await session.scalars(select(Hold).where(Hold.practitioner.startswith(of)))
            visits = await session.scalars(select(Appointment).where(Appointment.practitioner.startswith(of)))
            return DatabaseState(
                now=await current_time(session),
                services={service.slug: service for service in await all_rows(session, Service)},
                holds={hold.id: hold for hold in holds},
                appointments={appointment.id: appointment for appointment in visits},
                ticks=dict(ticks),
                kinds={row.resource: row.kind for row in await all_rows(session, Resource)},
            )
    finally:
        await database.close()


def check_invariants(
    state: DatabaseState,
    *,
    confirmed: Collection[ConfirmedAppointment] | None = None,
    held: Collection[uuid.UUID] | None = None,
) -> Violations:
    """`confirmed` are all appointments that clients were told of, `held` all holds that they still have;
    None where that is not known.
    """
    violations = Violations(doubles=list(_double_bookings(state)), stray_ticks=list(_stray_ticks(state)))
    if confirmed is not None:
        violations.losses += _lost(state, confirmed)
        untold = state.appointments.keys() - {appointment.id for appointment in confirmed}
        violations.doubles += [f"nobody was told of the appointment {appointment}" for appointment in untold]
    if held is not None:
        running = state.owners.keys() - state.appointments.keys()
        violations.losses += [f"the hold {hold} is gone" for hold in set(held) - running]
        violations.doubles += [f"nobody was told of the hold {hold}" for hold in running - set(held)]
    return violations


def _double_bookings(state: DatabaseState) -> Iterator[str]:
    """By the times of appointments and holds; ticks say no more than which rooms they have."""
    times_by_resource: dict[str, list[tuple[datetime, datetime, uuid.UUID]]] = defaultdict(list)
    for owner, appointment in state.owners.items():
        for resource in {appointment.resource, *state.rooms(owner)}:
            times_by_resource[resource].append((*state.owned_time(appointment), owner))
    for resource, times in times_by_resource.items():
        latest_end, latest = datetime.min.replace(tzinfo=UTC), None
        for start, end, owner in sorted(times):
            if start < latest_end:
                yield f"{resource} is owned by {latest} and {owner} at {start:%Y-%m-%d %H:%M}"
            if end > latest_end:
                latest_end, latest = end, owner


def _stray_ticks(state: DatabaseState) -> Iterator[str]:
    owners = state.owners
    for owner, appointment in owners.items():
        expires_at = None if isinstance(appointment, Appointment) else appointment.expires_at
        first, last = (int(time.timestamp()) // TICK_SECONDS for time in state.owned_time(appointment))
        rooms = state.rooms(owner)
        due = {
            (resource, tick, expires_at)
            for resource in {appointment.resource, *rooms}
            for tick in range(first, last)
        }
        owned = {(tick.resource, tick.tick, tick.expires_at) for tick in state.ticks.get(owner, ())}
        if owned != due:
            yield f"{type(appointment).__name__} {owner} owns {len(owned & due)} of its {len(due)} ticks" + (
                f" and {len(owned - due)} others" if owned - due else ""
            )
        kinds = sorted(state.kinds[room] for room in rooms)
        if kinds != sorted(state.services[appointment.service].needs or ()):
            yield f"{type(appointment).__name__} {owner} has rooms of the kinds {kinds}"
    for owner in state.ticks.keys() - owners.keys():
        hold = state.holds.get(owner)
        if hold is None or owner in state.appointments:
            yield f"ticks are left of {owner}, which " + ("is no hold" if hold is None else "does not stand")
        elif any(tick.expires_at is None or tick.expires_at > hold.expires_at for tick in state.ticks[owner]):
            yield f"ticks outlive their hold {owner}"


def _lost(state: DatabaseState, confirmed: Collection[ConfirmedAppointment]) -> Iterator[str]:
    for answer in confirmed:
        appointment = state.appointments.get(answer.id)
        if appointment is None:
            yield f"the appointment {answer.reference} is gone"
            continue
        current = ConfirmedAppointment(
            appointment.id,
            appointment.reference,
            appointment.status,
            appointment.practitioner,
            appointment.starts_at,
        )
        if current != answer:
            yield f"a client was told {answer}, and kept is {current}"


def room_left(
    state: DatabaseState, *, service: str, practitioner: str, start: datetime, end: datetime
) -> bool:
    """Whether nobody owns any of the time that this visit would own."""
    wanted = state.services[service]
    first, last = start - wanted.buffer_before, end + wanted.buffer_after
    taken = (
        state.owned_time(appointment)
        for appointment in state.owners.values()
        if appointment.practitioner == practitioner
    )
    return all(last <= low or high <= first for low, high in taken)
