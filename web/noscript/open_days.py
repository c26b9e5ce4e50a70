"""Two weeks of open times, day by day, and where there is something if they are empty."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from booking.domain.open_slot import OpenSlot, RequestedTime
from booking.scheduling.slots import MAX_SEARCH_WINDOW, SlotCriteria, find_slots, nearest_slots
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY
from web.noscript.booking_state import BookingState, Choice
from web.noscript.offers import LocationView

SHOWN = timedelta(days=14)
WEEK = timedelta(days=7)
PARTS = (("time.morning", 0, 12), ("time.afternoon", 12, 17), ("time.evening", 17, 24))


@dataclass(frozen=True)
class OpenTime:
    """`code` is what its button sends; `at` is on the clock of its place."""

    code: str
    at: datetime
    place: str


@dataclass(frozen=True)
class OpenDay:
    date: date
    times: Sequence[OpenTime]

    @property
    def parts(self) -> Iterator[tuple[str, list[OpenTime]]]:
        """(key of its name, times), without those that are empty."""
        for name, begins, ends in PARTS:
            within = [time for time in self.times if begins <= time.at.hour < ends]
            if within:
                yield name, within


@dataclass(frozen=True)
class OpenDays:
    """`next` is the next day with open times where there are none on these; None: none at all."""

    first: date
    last: date
    days: Sequence[OpenDay]
    earlier: date | None
    later: date | None
    next: date | None
    last_day: date  # that can be booked at all
    zone: ZoneInfo  # the clinic's


async def open_days(
    session: BookingSession,
    wish: SlotCriteria,
    journey: BookingState,
    places: Mapping[str, LocationView],
    asked: str,
    *,
    now: datetime,
) -> OpenDays:
    """From the day that is asked for, or from where the journey leads."""
    clinic = await get_clinic(session)
    zone = ZoneInfo(clinic.time_zone)
    today = now.astimezone(zone).date()
    last_day = clinic.policy.last_day(today)
    first = min(max(_day(asked) or _next_visit(journey, zone) or today, today), last_day)
    last = min(first + SHOWN - DAY, last_day)

    async def listed(since: date, until: date) -> list[OpenTime]:
        slots = await find_slots(session, wish, since, until, now=now, distinct_times=True)
        return [_time(slot, wish, places) for slot in slots if _is_apart(slot, wish, journey)]

    times = await listed(first, last)
    days = [OpenDay(day, list(some)) for day, some in groupby(times, key=lambda time: time.at.date())]
    since, found = last + DAY, None
    while not days and not found and since <= last_day:
        until = min(since + MAX_SEARCH_WINDOW - DAY, last_day)
        found = next((time.at.date() for time in await listed(since, until)), None)
        since = until + DAY
    earlier = max(first - SHOWN, today) if first > today else None
    return OpenDays(
        first, last, days, earlier, last + DAY if last < last_day else None, found, last_day, zone
    )


async def alternatives(
    session: BookingSession,
    wish: SlotCriteria,
    wanted: RequestedTime,
    journey: BookingState,
    places: Mapping[str, LocationView],
    *,
    now: datetime,
) -> list[OpenTime]:
    """What is nearest to a time that can't be had; `journey` holds the other times of a course."""
    return [
        _time(slot, wish, places)
        for slot in await nearest_slots(session, wanted, now=now)
        if _is_apart(slot, wish, journey)
        # All visits of a course are with one person.
        and (not journey.choices or journey.with_whom in (None, slot.practitioner))
    ]


def _time(slot: OpenSlot, wish: SlotCriteria, places: Mapping[str, LocationView]) -> OpenTime:
    place = places[slot.location]
    # The first visit of a course says with whom the others are.
    named = wish.practitioner is not None or wish.service.visits > 1
    choice = Choice(slot.starts_at, slot.location, slot.practitioner if named else None)
    return OpenTime(choice.code, slot.starts_at.astimezone(place.zone), place.name if len(places) > 1 else "")


def _is_apart(slot: OpenSlot, wish: SlotCriteria, journey: BookingState) -> bool:
    """From the other visits of a course."""
    service = wish.service
    visit = service.buffer_before + service.duration + service.buffer_after
    return all(abs(slot.starts_at - choice.starts_at) >= visit for choice in journey.choices)


def _next_visit(journey: BookingState, zone: ZoneInfo) -> date | None:
    if not journey.choices:
        return None
    return journey.choices[-1].starts_at.astimezone(zone).date() + WEEK


def _day(asked: str) -> date | None:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return None
