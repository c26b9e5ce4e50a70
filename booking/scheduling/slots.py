"""Open slots: the one rulebook, for listing them and for booking them.

Law, under property tests: every listed slot can be booked at that moment, and nothing else can.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import overload

from booking.catalogue.lookup import all_services, deliverable_offers, qualified_offers
from booking.domain.errors import (
    BeyondHorizon,
    BookingError,
    InvalidInput,
    InvalidInputCode,
    NoticeTooShort,
    NotOpen,
    NotQualified,
    SlotTaken,
)
from booking.domain.open_slot import OpenSlot, RequestedTime
from booking.domain.policy import BookingPolicy
from booking.scheduling.criteria import SlotCriteria, policy_for
from booking.scheduling.schedule import Schedule, load_schedules
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue.services import Service
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import first_instant
from booking.timegrid.ticks import DAY, EPOCH, TICK, Window, instant_at, on_tick, tick_at

MAX_SEARCH_WINDOW = timedelta(days=31)
ALTERNATIVES = 3
ALTERNATIVES_WINDOW = timedelta(days=7)


async def find_slots(
    session: BookingSession,
    criteria: SlotCriteria,
    first: date,
    last: date,
    *,
    now: datetime,
    distinct_times: bool = False,
) -> Sequence[OpenSlot]:
    """Open slots that start on the locations' days `first` to `last`, both included, earliest first.

    With `distinct_times` one slot for each start, with the practitioner who has the least to do that day.

    Raises:
        InvalidInput: the days are not in order, or too many.
    """
    schedules = await open_schedules(session, criteria, first, last, now=now)
    schedules.sort(key=lambda schedule: (schedule.practitioner, schedule.location))
    if distinct_times:
        async for schedule in cooperatively(schedules):
            schedule.load_on(schedule.window.first)  # Computed here, where other requests may run in between.
    return _LazySlots(criteria.service, schedules, distinct_times=distinct_times)


class _LazySlots(Sequence[OpenSlot]):
    """A slot is made when it is first read: a page shows few of many."""

    def __init__(self, service: Service, schedules: Sequence[Schedule], *, distinct_times: bool) -> None:
        """`schedules` in the order of the slots of one time."""
        self._service = service
        self._schedules = schedules
        self._distinct_times = distinct_times
        self._made: list[OpenSlot] = []
        self._remaining = self._slots()

    def _slots(self) -> Iterator[OpenSlot]:
        # Without `has_start` and `slot_at`, which know one schedule at a time: those take half as long again.
        starts = [(schedule.window.first, schedule.starts, schedule) for schedule in self._schedules]
        for tick in sorted(_start_ticks(self._schedules)):
            free = [
                schedule for first, bits, schedule in starts if tick >= first and bits >> (tick - first) & 1
            ]
            if self._distinct_times:
                free = [min(free, key=lambda schedule: schedule.load_on(tick))]
            starts_at = instant_at(tick)
            for schedule in free:
                ends_at = starts_at + schedule.duration
                yield OpenSlot(
                    self._service.slug, schedule.practitioner, schedule.location, starts_at, ends_at
                )

    def _make(self, end: int | None) -> list[OpenSlot]:
        """The slots up to `end`, or more; all of them if that is None."""
        missing = None if end is None else max(end - len(self._made), 0)
        self._made.extend(islice(self._remaining, missing))
        return self._made

    def __len__(self) -> int:
        return len(self._make(None))

    def __iter__(self) -> Iterator[OpenSlot]:
        index = 0
        while len(self._make(index + 1)) > index:
            yield self._made[index]
            index += 1

    @overload
    def __getitem__(self, index: int) -> OpenSlot: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[OpenSlot]: ...

    def __getitem__(self, index: int | slice) -> OpenSlot | Sequence[OpenSlot]:
        end = index.stop if isinstance(index, slice) else index + 1
        return self._make(None if end is None or end <= 0 else end)[index]


def _start_ticks(schedules: Sequence[Schedule]) -> set[int]:
    """The ticks at which a visit can start by any of the schedules."""
    starts_by_window: dict[Window, int] = defaultdict(int)
    for schedule in schedules:
        starts_by_window[schedule.window] |= schedule.starts
    return {tick for window, starts in starts_by_window.items() for tick in window.ticks(starts)}


async def open_schedules(
    session: BookingSession, criteria: SlotCriteria, first: date, last: date, *, now: datetime
) -> list[Schedule]:
    """The schedules behind `find_slots`, whose `starts` are its slots, on days within the horizon."""
    if last < first:
        raise InvalidInput(
            "The last day must not be before the first.", path=("to",), code=InvalidInputCode.OUT_OF_RANGE
        )
    if last - first >= MAX_SEARCH_WINDOW:
        raise InvalidInput(
            f"Please ask for {MAX_SEARCH_WINDOW.days} days at most.",
            path=("to",),
            code=InvalidInputCode.OUT_OF_RANGE,
        )
    return await _open_schedules(session, criteria, first, last, now=now)


async def all_open_schedules(
    session: BookingSession, criteria: SlotCriteria, *, now: datetime
) -> list[Schedule]:
    """The schedules whose `starts` are all slots of all days within the horizon."""
    return await _open_schedules(session, criteria, date.min, date.max, now=now)


async def _open_schedules(
    session: BookingSession, criteria: SlotCriteria, first: date, last: date, *, now: datetime
) -> list[Schedule]:
    horizon = (await policy_for(session, criteria)).horizon
    first, last = max(first, now.date() - DAY), min(last, now.date() + horizon + DAY)
    if last < first:
        return []
    schedules = await load_schedules(session, criteria, first, last, now=now)
    if present := criteria.present:
        schedules = [each.without_start_of(present) for each in schedules]
    if hours := criteria.hours:
        schedules = [each.with_starts_in(hours) for each in schedules]
    async for schedule in cooperatively(schedules):
        _ = schedule.starts  # Computed here, where other requests may run in between.
    return schedules


async def open_slots_at(
    session: BookingSession,
    criteria: SlotCriteria,
    starts_at: datetime,
    *,
    now: datetime,
    notice_from: datetime | None = None,
) -> list[OpenSlot]:
    """The open slots at exactly this time, the least busy practitioner's first; never empty.

    `notice_from` is when the visitor chose the time, where that was before `now`.

    Raises:
        BookingError: nothing is open then; the most telling refusal.
    """
    policy = await policy_for(session, criteria)
    earliest = policy.earliest_start(notice_from or now)
    if starts_at < (earliest - 2 * DAY if criteria.by_staff else earliest):
        message = "This time is too soon. Please choose a later one, or call us."
        raise NoticeTooShort(message, path=("startsAt",), earliest=earliest)
    if starts_at - now > policy.horizon + 2 * DAY:
        # Far beyond the last day of any time zone: no schedule is loaded for such a year.
        raise _beyond_horizon(policy.last_day(now.date()))
    day = starts_at.date()
    schedules = await load_schedules(
        session, criteria, day - DAY, day + DAY, now=now, notice_from=notice_from
    )
    tick = tick_at(starts_at)
    free = [schedule for schedule in schedules if on_tick(starts_at) and schedule.has_start(tick)]
    if not free:
        raise await _refusal(session, criteria, starts_at, schedules, now=now)
    free.sort(key=lambda schedule: schedule.load_on(tick))
    return [schedule.slot_at(tick) for schedule in free]


async def _refusal(
    session: BookingSession,
    criteria: SlotCriteria,
    starts_at: datetime,
    schedules: Sequence[Schedule],
    *,
    now: datetime,
) -> BookingError:
    """The refusal for a time that no schedule has open, decided by the set that kept it out."""
    tick = tick_at(starts_at)
    policy = await policy_for(session, criteria)
    if schedules and all(starts_at.astimezone(each.zone).date() > each.last_day for each in schedules):
        return _beyond_horizon(max(schedule.last_day for schedule in schedules))
    zones = {schedule.zone for schedule in schedules}
    if zones and all(starts_at.astimezone(zone).date() < now.astimezone(zone).date() for zone in zones):
        earliest = min(first_instant(now.astimezone(zone).date(), zone) for zone in zones)
        message = "This day is over. Please choose a time of today, or a later one."
        return NoticeTooShort(message, path=("startsAt",), earliest=earliest)
    offers = await qualified_offers(session, criteria.service.slug)
    working = [schedule for schedule in schedules if schedule.is_working(tick)]
    if not any(criteria.practitioner in (None, offer.practitioner.slug) for offer in offers) or (
        schedules and not any(schedule.is_certified(tick) for schedule in working or schedules)
    ):
        deliverable = await deliverable_offers(session, now=now, services=[criteria.service.slug])
        advice = "Please choose someone else or another day." if deliverable else "Please call us."
        return NotQualified(
            f"Nobody who may deliver this is there on that day. {advice}",
            path=("practitionerId",),
            practitioners=[offer.practitioner.slug for offer in deliverable],
        )
    if not on_tick(starts_at) or (schedules and not any(schedule.is_step(tick) for schedule in schedules)):
        minutes = int(policy.slot_step / timedelta(minutes=1))
        message = f"Visits start every {minutes} minutes. Please choose one of the times offered."
    elif not working:
        message = "Nobody is there at this time. Please choose one of the times offered."
    else:
        return SlotTaken(wanted=criteria.at(starts_at))
    return NotOpen(message, path=("startsAt",), wanted=criteria.at(starts_at))


def _beyond_horizon(latest: date) -> BeyondHorizon:
    message = f"We take bookings up to {latest.isoformat()}. Please choose an earlier day."
    return BeyondHorizon(message, path=("startsAt",), latest=latest)


def availability_valid_until(
    policy: BookingPolicy, *, now: datetime, next_hold_expiry: datetime | None
) -> datetime:
    """The instant until which the open slots stay the same, unless the database changes."""
    # Days end with a tick, in every zone. A start at the notice's last moment is open in that moment alone.
    day_ends = now + TICK - (now - EPOCH) % TICK
    too_soon = now + (EPOCH - policy.earliest_start(now)) % TICK
    return min(day_ends, too_soon, *([] if next_hold_expiry is None else [next_hold_expiry]))


async def nearest_slots(session: BookingSession, wanted: RequestedTime, *, now: datetime) -> list[OpenSlot]:
    """A few open slots around a time, each at a time of its own, in order of time.

    With the wanted practitioner; with any other if that one has no slot near.
    """
    # The service of a visit that is moved may be withdrawn.
    service = (await all_services(session))[wanted.service]
    criteria = SlotCriteria(
        service,
        wanted.practitioner,
        wanted.location,
        ignoring=wanted.ignoring,
        present=wanted.present,
    )
    day = max(wanted.starts_at, now).date()
    first, last = day - ALTERNATIVES_WINDOW, day + ALTERNATIVES_WINDOW
    for practitioner in (criteria.practitioner, None):
        choice = replace(criteria, practitioner=practitioner)
        schedules = await open_schedules(session, choice, first, last, now=now)
        nearest = sorted(
            _start_ticks(schedules), key=lambda tick: (abs(instant_at(tick) - wanted.starts_at), tick)
        )
        if nearest:
            return [_least_busy(schedules, tick).slot_at(tick) for tick in sorted(nearest[:ALTERNATIVES])]
    return []


def _least_busy(schedules: Sequence[Schedule], tick: int) -> Schedule:
    """The schedule, of those with this start, of the practitioner who has the least to do that day."""
    free = (schedule for schedule in schedules if schedule.has_start(tick))
    return min(free, key=lambda schedule: (*schedule.load_on(tick), schedule.practitioner, schedule.location))
