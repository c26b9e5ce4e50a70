"""The soonest times: one for a button, and those that differ, for who need not look at a calendar."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations
from booking.domain.open_slot import OpenSlot
from booking.scheduling.criteria import SlotCriteria, policy_for
from booking.scheduling.slots import MAX_SEARCH_WINDOW, find_slots
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY

MOST = 3
MORNING_ENDS, LATE_BEGINS = 12, 16  # hours on the location's clock
LATER = timedelta(hours=2)
"""By how much a time late on the same day must be later, to be another one to a visitor."""

SOONEST_WINDOWS = (timedelta(days=2), timedelta(days=8), MAX_SEARCH_WINDOW - DAY)
"""How far ahead the soonest slot is looked for: first where it mostly is."""


async def soonest_slot(
    session: BookingSession, choices: Sequence[SlotCriteria], *, now: datetime
) -> OpenSlot | None:
    """The earliest open slot of all the criteria, if any is open within a month."""
    first = now.date() - DAY
    for window in SOONEST_WINDOWS:
        slots = [
            slot
            for criteria in choices
            for slot in (await find_slots(session, criteria, first, first + window, now=now))[:1]
        ]
        if slots:
            return min(slots, key=lambda slot: slot.starts_at)
    return None


async def soonest_slots(session: BookingSession, criteria: SlotCriteria, *, now: datetime) -> list[OpenSlot]:
    """Three open slots at most, in order of time: the soonest, the first in the morning of a later day, the
    first from 4 p.m. on; where there is no such time, the first of other days.

    The soonest is looked for up to the horizon, the others in the month of days in which it is.
    """
    first = now.date() - DAY  # Somewhere it may still be that day.
    last = now.date() + (await policy_for(session, criteria)).horizon + DAY
    locations = await all_locations(session)
    zones = {slug: ZoneInfo(location.time_zone) for slug, location in locations.items()}
    while first <= last:
        until = first + MAX_SEARCH_WINDOW - DAY
        slots = await find_slots(session, criteria, first, until, now=now, distinct_times=True)
        if soonest := differing((slot.starts_at.astimezone(zones[slot.location]), slot) for slot in slots):
            return soonest
        first = until + DAY
    return []


def differing(starts: Iterable[tuple[datetime, OpenSlot]]) -> list[OpenSlot]:
    """Those of `soonest_slots` among slots in order, each with its start on its location's clock."""
    slots = iter(starts)
    chosen = dict(islice(slots, 1))
    others: dict[date, tuple[datetime, OpenSlot]] = {}
    has_morning = has_late = False
    for start, slot in slots:
        soonest = next(iter(chosen))
        is_later_day = start.date() > soonest.date()
        is_morning = not has_morning and is_later_day and start.hour < MORNING_ENDS
        is_late = not has_late and start.hour >= LATE_BEGINS and _is_another(start, soonest)
        if is_morning or is_late:
            has_morning, has_late = has_morning or is_morning, has_late or is_late
            chosen[start] = slot
        elif is_later_day:
            others.setdefault(start.date(), (start, slot))
        if len(chosen) == MOST:
            break
    days = {start.date() for start in chosen}
    chosen |= islice((other for day, other in others.items() if day not in days), MOST - len(chosen))
    return sorted(chosen.values(), key=lambda slot: slot.starts_at)


def _is_another(late: datetime, soonest: datetime) -> bool:
    """Whether a time late in the day differs from the soonest, which may be late, too."""
    return late.date() > soonest.date() if soonest.hour >= LATE_BEGINS else late - soonest >= LATER
