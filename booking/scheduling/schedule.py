"""A practitioner's schedule at a location, as sets of ticks: working, certified, bookable, busy."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Self

from booking.catalogue.lookup import qualified_offers
from booking.domain.open_slot import OpenSlot
from booking.extensions.dispatch import query_busy_sources
from booking.scheduling.busy_calendars import BusyBits, busy_bits, closed_bits
from booking.scheduling.criteria import SlotCriteria, policy_for
from booking.scheduling.resources import clinic_resources, starts_with_resources
from booking.scheduling.working_time import WorkingTime, working_times
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue.services import Service
from booking.storage.models.ticks import squeeze_in_resource
from booking.storage.queries.ticks import ReservedTime, reserved_times
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import TimeSpan, count_by_day, date_bits, day_starts, open_bits
from booking.timegrid.ticks import TICK, instant_at, possible_starts, tick_at, ticks_in


@dataclass(frozen=True)
class Schedule(WorkingTime):
    """FHIR Schedule: working time and its load. A visit needs `working`, `certified` and nothing `busy`, and
    starts where it is `equipped`."""

    service: Service
    duration: timedelta  # of a visit with this practitioner
    last_day: date  # of the horizon, on the location's calendar
    bookable: int  # the days asked for, within notice and horizon
    busy: int  # held or booked, buffers and ways to other locations included, or busy elsewhere
    equipped: int  # a visit that starts then finds what its service needs

    @cached_property
    def starts(self) -> int:
        """The ticks at which a visit can start."""
        return (
            self.bookable
            & self.equipped
            & possible_starts(
                open_=self.working & self.certified,
                busy=self.busy,
                steps=self.steps,
                visit=ticks_in(self.duration),
                before=ticks_in(self.service.buffer_before),
                after=ticks_in(self.service.buffer_after),
            )
        )

    def slot_at(self, tick: int) -> OpenSlot:
        starts_at = instant_at(tick)
        ends_at = starts_at + self.duration
        return OpenSlot(self.service.slug, self.practitioner, self.location, starts_at, ends_at)

    def without_start_of(self, slot: OpenSlot) -> Self:
        """The same schedule, in which no visit can start at the slot, if it is of this schedule."""
        if (slot.practitioner, slot.location) != (self.practitioner, self.location):
            return self
        tick = tick_at(slot.starts_at)
        return replace(self, bookable=self.bookable & ~self.window.bits(tick, tick + 1))

    def with_starts_in(self, hours: TimeSpan) -> Self:
        """The same schedule, in which a visit starts within these hours of each day alone."""
        daily = open_bits(self.window, self.zone, {weekday: [hours] for weekday in range(7)})
        return replace(self, bookable=self.bookable & daily)

    def has_start(self, tick: int) -> bool:
        index = tick - self.window.first
        return index >= 0 and self.starts >> index & 1 == 1

    def is_step(self, tick: int) -> bool:
        return bool(self.steps & self.window.bits(tick, tick + 1))

    def is_working(self, tick: int) -> bool:
        """Whether the practitioner works through the whole visit that would start then."""
        return self._includes_visit(self.working, tick)

    def is_certified(self, tick: int) -> bool:
        return self._includes_visit(self.certified, tick)

    def load_on(self, tick: int) -> tuple[int, int]:
        """The ticks busy on the tick's day, and the clinic's order to settle a tie."""
        first_ticks, loads = self._loads
        return loads[bisect_right(first_ticks, tick) - 1], self.position

    @cached_property
    def _loads(self) -> tuple[Sequence[int], Sequence[int]]:
        """The first tick of each day, and how many are busy on it."""
        by_day = count_by_day(self.window, self.zone, self.busy)
        first_ticks = day_starts(self.window, self.zone)
        return list(first_ticks), [by_day[day] for day in first_ticks.values()]

    def _includes_visit(self, bits: int, first: int) -> bool:
        visit = self.window.bits(first, first + ticks_in(self.duration))
        return visit != 0 and visit & bits == visit


async def load_schedules(
    session: BookingSession,
    criteria: SlotCriteria,
    first: date,
    last: date,
    *,
    now: datetime,
    notice_from: datetime | None = None,
) -> list[Schedule]:
    """The schedule of each practitioner who may deliver the service, at each location where they work.

    The number of statements doesn't grow with practitioners or days. Notice counts from `notice_from`,
    where the visitor chose the time before `now`.

    Squeeze-ins are beside the practitioners' time, so they keep nobody else from it; nor does a calendar
    elsewhere keep one from being booked, nor that no room is free.
    """
    service, policy = criteria.service, await policy_for(session, criteria)
    resources = await clinic_resources(session) if service.needs and not criteria.squeeze_in else None
    times = [
        time
        for time in await working_times(session, criteria, first, last, step=policy.slot_step)
        if resources is None or all(resources.needed_at(time.location, service))
    ]
    if not times:
        return []
    practitioners = {time.practitioner for time in times}
    durations = {
        offer.practitioner.slug: offer.duration for offer in await qualified_offers(session, service.slug)
    }
    start = min(time.window.first for time in times)
    end = max(time.window.end for time in times)
    travel = ticks_in(policy.travel_time)
    beside = {squeeze_in_resource(each): each for each in practitioners} if criteria.squeeze_in else {}
    reserved: dict[str, list[ReservedTime]] = defaultdict(list)
    for owned in await reserved_times(
        session,
        start,
        end,
        resources=[*practitioners, *beside, *(resources.needed_by([service]) if resources else ())],
        now=now,
        ignoring=criteria.ignoring,
        with_locations=travel > 0 or criteria.squeeze_in,
    ):
        reserved[beside.get(owned.resource, owned.resource)].append(owned)
    busy_elsewhere = await query_busy_sources(
        session, service, practitioners, start, end, now=now, ignoring=criteria.ignoring
    )
    by_calendars: BusyBits = defaultdict(int)
    if not criteria.squeeze_in:
        # Staff may book what a calendar that can't be asked has closed.
        of_all = busy_bits(session, times) if criteria.by_staff else closed_bits(session, times, now=now)
        by_calendars = await of_all
    earliest = tick_at(policy.earliest_start(notice_from or now) + TICK - timedelta.resolution)
    # By location and length: the last bookable day, the bookable ticks, and those with what a visit needs.
    days: dict[tuple[str, timedelta], tuple[date, int, int]] = {}

    schedules = []
    async for time in cooperatively(times):
        window, location, duration = time.window, time.location, durations[time.practitioner]
        if (location, duration) not in days:
            last_day = policy.last_day(now.astimezone(time.zone).date())
            today = (notice_from or now).astimezone(time.zone).date()
            from_day = max(first, today) if criteria.by_staff else first
            bookable = date_bits(window, time.zone, from_day, min(last, last_day))
            if not criteria.by_staff:
                bookable &= window.bits(earliest, window.end)
            equipped = window.all
            if resources is not None:
                kinds = resources.needed_at(location, service)
                taken = {
                    name: window.union((each.first, each.last) for each in reserved[name])
                    for names in kinds
                    for name in names
                }
                equipped = starts_with_resources(window, service, duration, kinds, taken)
            days[location, duration] = last_day, bookable, equipped
        last_day, bookable, equipped = days[location, duration]
        busy = by_calendars[time.practitioner, window]
        for owned in reserved[time.practitioner]:
            if criteria.squeeze_in and owned.resource not in beside and owned.location == location:
                continue
            way = travel if owned.location != location else 0
            busy |= window.bits(owned.first - way, owned.last + way)
        for busy_location, low, high in busy_elsewhere[time.practitioner]:
            if busy_location in (None, location):
                busy |= window.bits(low, high)
        schedules.append(
            Schedule(
                **vars(time),
                service=service,
                duration=duration,
                last_day=last_day,
                bookable=bookable,
                busy=busy,
                equipped=equipped,
            )
        )
    return schedules
