"""A practitioner's time at a location as sets of ticks, one for each reason to say no."""

import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from booking.extensions.dispatch import query_busy_sources
from booking.scheduling.working_time import WorkingTime, working_times
from booking.storage.models.catalogue import Service
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.ticks import ReservedTime, reserved_times
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import count_by_day, date_bits, day_starts
from booking.timegrid.ticks import TICK, Window, possible_starts, tick_at, ticks_in


@dataclass(frozen=True)
class Schedule:
    """All sets are bits of `window`. A visit needs `working` and `certified`, and nothing `busy`."""

    shift: WorkingTime
    last_day: date  # of the horizon, on the location's calendar
    asked: int  # the days asked for, within notice and horizon
    busy: int  # held or booked, buffers included, or busy elsewhere
    service: Service

    @property
    def practitioner(self) -> str:
        return self.shift.practitioner

    @property
    def location(self) -> str:
        return self.shift.location

    @property
    def zone(self) -> ZoneInfo:
        return self.shift.zone

    @property
    def window(self) -> Window:
        return self.shift.window

    @cached_property
    def starts(self) -> int:
        return self.asked & possible_starts(
            open_=self.shift.working & self.shift.certified,
            busy=self.busy,
            steps=self.shift.steps,
            visit=ticks_in(self.service.duration),
            before=ticks_in(self.service.buffer_before),
            after=ticks_in(self.service.buffer_after),
        )

    def has_start(self, tick: int) -> bool:
        place = tick - self.window.first
        return place >= 0 and self.starts >> place & 1 == 1

    def is_step(self, tick: int) -> bool:
        return bool(self.shift.steps & self._at(tick))

    def is_working(self, tick: int) -> bool:
        """Works through the whole visit that would start then."""
        return self._throughout(self.shift.working, tick)

    def is_certified(self, tick: int) -> bool:
        return self._throughout(self.shift.certified, tick)

    def load_on(self, tick: int) -> tuple[int, int]:
        """How much is booked on the tick's day, and the clinic's order to settle a tie."""
        begins, loads = self._loads
        return loads[bisect_right(begins, tick) - 1], self.shift.position

    @cached_property
    def _loads(self) -> tuple[Sequence[int], Sequence[int]]:
        """The ticks at which days begin, and how much is booked on each."""
        by_day = count_by_day(self.window, self.zone, self.busy)
        begins = day_starts(self.window, self.shift.zone)
        return list(begins), [by_day[day] for day in begins.values()]

    def _at(self, tick: int) -> int:
        return self.window.bits(tick, tick + 1)

    def _throughout(self, ticks: int, first: int) -> bool:
        visit = self.window.bits(first, first + ticks_in(self.service.duration))
        return visit != 0 and visit & ticks == visit


async def load_schedules(
    session: BookingSession,
    service: Service,
    first: date,
    last: date,
    *,
    now: datetime,
    notice_from: datetime | None = None,
    at: str | None = None,
    of: str | None = None,
    ignoring: uuid.UUID | None = None,
) -> list[Schedule]:
    """A diary for everybody who may deliver the service, at every location where they have hours.

    The same number of statements, however many people and days. Notice counts from `notice_from`,
    where the visitor chose the time before `now`; `ignoring` is an owner that is not in its own way.
    """
    policy = (await get_clinic(session)).policy
    found = await working_times(session, service, first, last, step=policy.slot_step, at=at, of=of)
    if not found:
        return []
    people = {shift.practitioner for shift in found}
    start = min(shift.window.first for shift in found)
    end = max(shift.window.end for shift in found)
    owned = await reserved_times(session, start, end, resources=people, now=now, ignoring=ignoring)
    busy: dict[str, list[ReservedTime]] = defaultdict(list)
    for time in owned:
        busy[time.resource].append(time)
    elsewhere = await query_busy_sources(session, service, people, start, end, now=now, ignoring=ignoring)
    soonest = tick_at(policy.earliest_start(notice_from or now) + TICK - timedelta.resolution)
    days: dict[str, tuple[date, int]] = {}

    diaries = []
    for shift in found:
        window, place = shift.window, shift.location
        if place not in days:
            last_day = policy.last_day(now.astimezone(shift.zone).date())
            asked = date_bits(window, shift.zone, first, min(last, last_day))
            days[place] = last_day, asked & window.bits(soonest, window.end)
        taken = 0
        for time in busy[shift.practitioner]:
            taken |= window.bits(time.first, time.last)
        for where, low, high in elsewhere[shift.practitioner]:
            if where in (None, place):
                taken |= window.bits(low, high)
        diaries.append(Schedule(shift, *days[place], taken, service))
    return diaries
