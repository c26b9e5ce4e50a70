"""When zone rules change, a booked visit keeps the wall time that the patient was told, or its instant."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import location_zones
from booking.domain.errors import NotFound
from booking.domain.events import Event, EventKind
from booking.reminders.plan import plan_reminders
from booking.scheduling.changed_times import ChangedTime, changed_times, shift_of
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.queries.appointments import appointment_by_reference, upcoming_appointments
from booking.storage.queries.catalogue import all_rows
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.outbox import record_event
from booking.storage.queries.ticks import shift_ticks
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class KeptTime:
    """A visit whose instant changed with its wall time kept, or its wall time with its instant kept."""

    reference: str
    told: datetime
    starts_at: datetime  # on the location's clock

    def __str__(self) -> str:
        told, now = f"{self.told:%Y-%m-%d at %H:%M}", f"{self.starts_at:%Y-%m-%d at %H:%M}"
        if told == now:
            offsets = f"UTC{self.told:%z} to UTC{self.starts_at:%z}"
            return f"Appointment {self.reference} stays on {told}, as the patient was told: from {offsets}."
        return f"Appointment {self.reference} is on {now} now, and the patient was told {told}."


async def record_local_times(session: BookingSession, *, now: datetime) -> None:
    """Record the wall time of visits that a server of an earlier version booked or moved."""
    zones = await location_zones(session)
    for appointment in await upcoming_appointments(session, now):
        if appointment.told_start is None:
            appointment.set_local_start(zones[appointment.location])


async def keep_times(session: BookingSession, *, instants: bool = False, now: datetime) -> list[KeptTime]:
    """Keep each visit at the wall time that the patient was told; with `instants`, at its instant.

    A visit stays at its instant where the clock skips that time, or another visit has it: `changed_times`
    still finds it then. Each change has an event and raises the SEQUENCE of calendar files.
    """
    if not await changed_times(session, now=now):
        return []
    await lock_schedules(session, [row.slug for row in await all_rows(session, Practitioner)])
    zones = await location_zones(session)
    changes = await changed_times(session, now=now)
    if instants:
        changes = [each for each in changes if each.appointment.starts_at > now]
    else:
        changes = [each for each in changes if each.keeps]
        await shift_ticks(session, {each.appointment.id: shift_of(each) for each in changes}, now=now)
    return [await _keep(session, each, zones, instant=instants, now=now) for each in changes]


async def keep_instant(session: BookingSession, reference: str, *, now: datetime) -> KeptTime | None:
    """Let one visit be at the time that the clock shows at its instant; None if that was told.

    Raises:
        NotFound: no visit that is booked and still to come has this reference.
    """
    row = await appointment_by_reference(session, reference)
    if row is None or not row.stands or row.starts_at <= now:
        raise NotFound(f"No visit that is still to come has the reference {reference!r}.")
    await lock_schedules(session, [row.practitioner])
    await session.refresh(row)
    changes = [each for each in await changed_times(session, now=now) if each.appointment.id == row.id]
    zones = await location_zones(session)
    return await _keep(session, changes[0], zones, instant=True, now=now) if changes else None


async def _keep(
    session: BookingSession,
    change: ChangedTime,
    zones: Mapping[str, ZoneInfo],
    *,
    instant: bool,
    now: datetime,
) -> KeptTime:
    row, former, zone = change.appointment, change.appointment.starts_at, zones[change.appointment.location]
    if change.keeps is not None and not instant:
        row.starts_at, row.ends_at = change.keeps, change.keeps + (row.ends_at - row.starts_at)
    if instant:
        row.confirmed_at = None  # The patient has confirmed another time on the wall.
    row.set_local_start(zone)
    row.changed_at = now
    row.sequence += 1
    await session.flush()
    await plan_reminders(session, [row], now=now)
    event = Event(uuid.uuid4(), EventKind.MOVED, (row.id,), now, former, row.location, change.told)
    await record_event(session, event, None, ordering_key=row.ordering_key)
    return KeptTime(row.reference, change.told, row.starts_at.astimezone(zone))
