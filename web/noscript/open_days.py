"""Two weeks of open times, day by day, and the next open day where these weeks have none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from booking.domain.open_slot import OpenSlot, RequestedTime
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.shared_answers import alternatives_to
from booking.scheduling.slots import MAX_SEARCH_WINDOW, find_slots
from booking.scheduling.soonest import LATE_BEGINS, MORNING_ENDS, soonest_slots
from booking.storage.database import Database
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY
from rendering.wishes_form import PARTS_OF_DAY
from web.noscript.booking_state import BookingState, Choice
from web.noscript.views import LocationView
from web.noscript.wished_time import wished_day

DAYS_A_PAGE = timedelta(days=14)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class OpenTime:
    """`code` is the value of its button; `starts_at` is on the location's clock."""

    code: str
    starts_at: datetime
    location: str  # empty where the clinic has one location


@dataclass(frozen=True)
class SoonTime:
    """One of the soonest times, with the slug of who gives the visit."""

    time: OpenTime
    practitioner: str

    @property
    def label(self) -> str:
        """The key of the part of its day."""
        hour = self.time.starts_at.hour
        if hour < MORNING_ENDS:
            return "soonest.morning"
        return "time.afternoon" if hour < LATE_BEGINS else "part.late"


@dataclass(frozen=True)
class OpenDay:
    date: date
    times: Sequence[OpenTime]

    @property
    def parts(self) -> Iterator[tuple[str, list[OpenTime]]]:
        """(key of the part's name, its times), without empty parts."""
        for name, begins, ends in PARTS_OF_DAY:
            times = [each for each in self.times if begins <= each.starts_at.hour < ends]
            if times:
                yield name, times


@dataclass(frozen=True)
class OpenDays:
    first: date
    last: date
    days: Sequence[OpenDay]
    earlier: date | None  # where the page before begins
    later: date | None  # where the page after begins
    next_open: date | None  # if `days` is empty; None if no later day is open either
    last_bookable: date
    zone: ZoneInfo  # the clinic's

    @property
    def extent(self) -> list[datetime]:
        """The first and the last moment of the days, on the clinic's clock."""
        days = datetime.combine(self.first, time.min), datetime.combine(self.last, time.max)
        return [moment.replace(tzinfo=self.zone) for moment in days]


@dataclass(frozen=True)
class TimeSearch:
    """The search for open times of one visit; `state` has the visits of its course that are chosen."""

    database: Database
    session: BookingSession
    criteria: SlotCriteria
    state: BookingState
    locations: Mapping[str, LocationView]
    now: datetime

    async def open_days(self, from_day: str) -> OpenDays:
        """From `from_day` if that is a date or time; else a week after the last chosen visit, or today."""
        clinic = await get_clinic(self.session)
        zone = ZoneInfo(clinic.time_zone)
        today = self.now.astimezone(zone).date()
        last_bookable = clinic.policy.last_day(today)
        wanted = wished_day(from_day, zone) or _next_visit_day(self.state, zone) or today
        first = min(max(wanted, today), last_bookable)
        last = min(first + DAYS_A_PAGE - DAY, last_bookable)
        times = await self._open_times(first, last)
        next_open, since = None, last + DAY
        while not times and next_open is None and since <= last_bookable:
            until = min(since + MAX_SEARCH_WINDOW - DAY, last_bookable)
            next_open = next((each.starts_at.date() for each in await self._open_times(since, until)), None)
            since = until + DAY
        by_day = groupby(times, key=lambda each: each.starts_at.date())
        return OpenDays(
            first,
            last,
            [OpenDay(day, list(times_of_day)) for day, times_of_day in by_day],
            earlier=max(first - DAYS_A_PAGE, today) if first > today else None,
            later=last + DAY if last < last_bookable else None,
            next_open=next_open,
            last_bookable=last_bookable,
            zone=zone,
        )

    async def soonest(self) -> list[SoonTime]:
        """The soonest times that differ, each with the practitioner who gives the visit."""
        slots = await soonest_slots(self.session, self.criteria, now=self.now)
        return [SoonTime(self._open_time(slot, is_named=True), slot.practitioner) for slot in slots]

    async def alternatives(self, wanted: RequestedTime) -> list[OpenTime]:
        """The open times nearest to a refused one."""
        return [
            self._open_time(slot)
            for slot in await alternatives_to(self.database, wanted, now=self.now)
            if self._leaves_room(slot)
            # One practitioner gives all visits of a course.
            and (not self.state.choices or self.state.practitioner in (None, slot.practitioner))
        ]

    async def _open_times(self, since: date, until: date) -> list[OpenTime]:
        slots = await find_slots(self.session, self.criteria, since, until, now=self.now, distinct_times=True)
        return [self._open_time(slot) for slot in slots if self._leaves_room(slot)]

    def _open_time(self, slot: OpenSlot, *, is_named: bool = False) -> OpenTime:
        location = self.locations[slot.location]
        # The first visit of a course settles the practitioner of the others; a move may be to another one.
        is_named = (
            is_named
            or self.criteria.practitioner is not None
            or self.criteria.service.visits > 1
            or self.criteria.present is not None
        )
        choice = Choice(slot.starts_at, slot.location, slot.practitioner if is_named else None)
        name = location.name if len(self.locations) > 1 else ""
        return OpenTime(choice.code, slot.starts_at.astimezone(location.zone), name)

    def _leaves_room(self, slot: OpenSlot) -> bool:
        """Whether the chosen visits of the course, with their buffers, do not overlap it."""
        service = self.criteria.service
        length = service.buffer_before + (slot.ends_at - slot.starts_at) + service.buffer_after
        return all(abs(slot.starts_at - choice.starts_at) >= length for choice in self.state.choices)


def _next_visit_day(state: BookingState, zone: ZoneInfo) -> date | None:
    return state.choices[-1].starts_at.astimezone(zone).date() + WEEK if state.choices else None
