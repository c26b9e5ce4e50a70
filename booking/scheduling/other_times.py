"""Other times for visits that can't take place: open slots near each, none of them given to two visits."""

import uuid
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from booking.catalogue.lookup import all_services
from booking.domain.open_slot import OpenSlot
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.schedule import Schedule
from booking.scheduling.slots import open_schedules
from booking.storage.models.appointments import Appointment
from booking.storage.queries.desk.blocked_time import DeskTime
from booking.storage.session import BookingSession
from booking.timegrid.ticks import tick_at, ticks_between

TIMES = 3
BEFORE, AFTER = timedelta(days=7), timedelta(days=14)
"""How far from the visit times are looked for."""

Starts = Mapping[int, Sequence[Schedule]]
"""The schedules that have an open slot at a tick, in order of time."""


async def other_times(
    session: BookingSession,
    visits: Sequence[Appointment],
    *,
    now: datetime,
    excluded: Sequence[DeskTime] = (),
) -> dict[uuid.UUID, list[OpenSlot]]:
    """Up to three open slots for each visit, in order of time, at its location.

    With its own practitioner, and where that one has too few with any other who may deliver it; a visit of a
    course stays with its practitioner. No two of the slots, of all visits, overlap at one practitioner.
    None touches the `excluded` times, which are about to be blocked.
    """
    services = await all_services(session)
    loaded: dict[tuple[str, str | None, str, date], Starts] = {}  # Visits of one day ask for the same.
    given: set[tuple[str, int]] = set()  # practitioner and tick
    times = {}
    for visit in visits:
        chosen: list[OpenSlot] = []
        for practitioner in (visit.practitioner, None):
            if len(chosen) == TIMES or (visit.course is not None and practitioner is None):
                break
            day = max(visit.starts_at, now).date()
            key = visit.service, practitioner, visit.location, day
            if key not in loaded:
                criteria = SlotCriteria(services[visit.service], practitioner, visit.location)
                first = max(day - BEFORE, now.date())
                loaded[key] = _starts(await open_schedules(session, criteria, first, day + AFTER, now=now))
            for slot in _nearest(loaded[key], tick_at(visit.starts_at)):
                low, high = ticks_between(slot.starts_at, slot.ends_at)
                ticks = {(slot.practitioner, tick) for tick in range(low, high)}
                if ticks.isdisjoint(given) and not any(_touches(slot, time) for time in excluded):
                    given |= ticks
                    chosen.append(slot)
                if len(chosen) == TIMES:
                    break
        times[visit.id] = sorted(chosen, key=lambda slot: slot.starts_at)
    return times


def _starts(schedules: Sequence[Schedule]) -> Starts:
    starts: dict[int, list[Schedule]] = defaultdict(list)
    for schedule in schedules:
        for tick in schedule.window.ticks(schedule.starts):
            starts[tick].append(schedule)
    return {tick: starts[tick] for tick in sorted(starts)}


def _nearest(starts: Starts, wanted: int) -> Iterator[OpenSlot]:
    """Those at the nearest ticks first, and at one tick those of the least busy practitioner."""
    ticks = list(starts)
    after = bisect_left(ticks, wanted)
    before = after - 1
    while before >= 0 or after < len(ticks):
        if before < 0 or (after < len(ticks) and ticks[after] - wanted <= wanted - ticks[before]):
            tick, after = ticks[after], after + 1
        else:
            tick, before = ticks[before], before - 1
        for schedule in sorted(starts[tick], key=lambda each: (*each.load_on(tick), each.practitioner)):
            yield schedule.slot_at(tick)


def _touches(slot: OpenSlot, time: DeskTime) -> bool:
    return (
        slot.practitioner == time.practitioner
        and time.location in (None, slot.location)
        and slot.starts_at < time.ends_at
        and slot.ends_at > time.starts_at
    )
