"""Booked visits whose wall time has changed since the patient was told, and the instants that keep it.

A zone's rules change when the `tzdata` package or a `time_zone` of the clinic's file does.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import location_zones
from booking.storage.models.appointments import Appointment
from booking.storage.queries.appointments import upcoming_appointments
from booking.storage.queries.ticks import ticks_from
from booking.storage.session import BookingSession
from booking.timegrid.ticks import TICK, tick_at
from booking.timegrid.wall_clock import instant_on_wall_clock

MAX_SHIFT = timedelta(hours=26)
"""The farthest apart that two zones' clocks are."""

OwnedTick = tuple[str, int]
"""A resource, and a tick of it."""


@dataclass(frozen=True)
class ChangedTime:
    """`told` has the offset of its day; `shown` is what the location's clock shows at the visit's instant.

    `keeps` is the instant that keeps the time that was told; None where no instant can, for the `reason`.
    """

    appointment: Appointment
    told: datetime
    shown: datetime
    keeps: datetime | None
    reason: str = ""


async def changed_times(session: BookingSession, *, now: datetime) -> list[ChangedTime]:
    """In order of time. Held times give way to booked ones; no tick of two visits is the same."""
    zones = await location_zones(session)
    changed = [
        _changed(appointment, told, zones[appointment.location], now)
        for appointment in await upcoming_appointments(session, now - MAX_SHIFT)
        if (told := appointment.told_start) is not None
    ]
    changed = [each for each in changed if each.told.replace(tzinfo=None) != each.shown.replace(tzinfo=None)]
    changed = [each for each in changed if max(each.appointment.starts_at, each.keeps or now) > now]
    if not any(each.keeps for each in changed):
        return changed
    owners: dict[OwnedTick, UUID] = await ticks_from(session, tick_at(now - MAX_SHIFT))
    taken = _without_room(changed, owners)
    return [
        _kept_out(each, "another visit has that time now") if each.appointment.id in taken else each
        for each in changed
    ]


def _changed(appointment: Appointment, told: datetime, zone: ZoneInfo, now: datetime) -> ChangedTime:
    change = ChangedTime(
        appointment, told, appointment.starts_at.astimezone(zone), instant_on_wall_clock(told, zone)
    )
    if change.keeps is None:
        return _kept_out(change, "the clock skips that time")
    return _kept_out(change, "that time is over") if change.keeps <= now else change


def _kept_out(change: ChangedTime, reason: str) -> ChangedTime:
    return ChangedTime(change.appointment, change.told, change.shown, None, reason)


def _without_room(changed: Sequence[ChangedTime], owners: Mapping[OwnedTick, UUID]) -> set[UUID]:
    """The visits that can't move since a visit that stays, or one that was booked before, has their time."""
    shifts = {each.appointment.id: shift_of(each) for each in changed if each.keeps}
    in_order = sorted(
        (each.appointment for each in changed if each.keeps), key=lambda row: (row.created_at, row.id)
    )
    ticks: dict[UUID, list[OwnedTick]] = defaultdict(list)
    for tick, owner in owners.items():
        ticks[owner].append(tick)
    stay: set[UUID] = set()
    while True:
        taken = {tick: owner for tick, owner in owners.items() if owner not in shifts or owner in stay}
        refused = set()
        for appointment in in_order:
            if appointment.id in stay:
                continue
            moved = [(resource, tick + shifts[appointment.id]) for resource, tick in ticks[appointment.id]]
            if any(tick in taken for tick in moved):
                refused.add(appointment.id)
            else:
                taken.update(dict.fromkeys(moved, appointment.id))
        if not refused:
            return stay
        stay |= refused  # They keep their ticks, where others may have wanted to go.


def shift_of(change: ChangedTime) -> int:
    """By how many ticks the visit moves."""
    return 0 if change.keeps is None else (change.keeps - change.appointment.starts_at) // TICK
