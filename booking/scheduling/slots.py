"""What is open: the one rulebook. Listing and booking both ask here.

Law, under property tests: every listed slot can be booked at that moment, and nothing else can.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import overload

from booking.catalogue.lookup import (
    check_location,
    check_practitioner,
    deliverable_offers,
    listed_service,
)
from booking.domain.errors import (
    BeyondHorizon,
    InvalidInput,
    NoticeTooShort,
    NotOpen,
    NotQualified,
    SlotTaken,
)
from booking.domain.open_slot import OpenSlot, RequestedTime
from booking.domain.policy import BookingPolicy
from booking.scheduling.schedule import Schedule, load_schedules
from booking.storage.models.catalogue import Service
from booking.storage.queries.catalogue import get_clinic, qualified_offers
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY, EPOCH, TICK, Window, instant_at, on_tick, tick_at

MAX_SEARCH_WINDOW = timedelta(days=31)
ALTERNATIVES = 3
ALTERNATIVES_WINDOW = timedelta(days=7)


@dataclass(frozen=True)
class SlotCriteria:
    """Which slots are wanted: any practitioner and any location unless they are named."""

    service: Service
    practitioner: str | None = None
    location: str | None = None

    def at(self, starts_at: datetime) -> RequestedTime:
        return RequestedTime(self.service.slug, starts_at, self.practitioner, self.location)


async def slot_criteria(
    session: BookingSession, service: str, practitioner: str | None = None, location: str | None = None
) -> SlotCriteria:
    """By slugs. Refuses with NotFound for what the clinic doesn't offer."""
    return SlotCriteria(
        await listed_service(session, service),
        await check_practitioner(session, practitioner),
        await check_location(session, location),
    )


async def find_slots(
    session: BookingSession,
    wish: SlotCriteria,
    first: date,
    last: date,
    *,
    now: datetime,
    distinct_times: bool = False,
) -> Sequence[OpenSlot]:
    """Open slots that start on the locations' days `first` to `last`, both included, earliest first.

    With `distinct_times` one slot for each start: with whoever has the least to do that day.
    """
    diaries = await open_schedules(session, wish, first, last, now=now)
    diaries.sort(key=lambda diary: (diary.practitioner, diary.location))
    return _LazySlots(wish.service, diaries, distinct_times=distinct_times)


class _LazySlots(Sequence[OpenSlot]):
    """Each is found when it is looked at, and once: a page shows few of many."""

    def __init__(self, service: Service, diaries: Sequence[Schedule], *, distinct_times: bool) -> None:
        """`diaries` in the order of the slots of one time."""
        self._service = service
        self._diaries = diaries
        self._distinct_times = distinct_times
        self._found: list[OpenSlot] = []
        self._rest = self._starts()

    def _starts(self) -> Iterator[OpenSlot]:
        # Without `has_start` and `open_slot`, which know one diary at a time: half as long again with them.
        anybody: dict[Window, int] = defaultdict(int)
        for diary in self._diaries:
            anybody[diary.window] |= diary.starts
        starts = [(diary.window.first, diary.starts, diary) for diary in self._diaries]
        for tick in sorted({tick for window, bits in anybody.items() for tick in window.ticks(bits)}):
            free = [diary for first, bits, diary in starts if tick >= first and bits >> (tick - first) & 1]
            if self._distinct_times:
                free = [min(free, key=lambda diary: diary.load_on(tick))]
            starts_at = instant_at(tick)
            ends_at = starts_at + self._service.duration
            for diary in free:
                yield OpenSlot(self._service.slug, diary.practitioner, diary.location, starts_at, ends_at)

    def _look(self, end: int | None) -> None:
        """As far as `end`; at all of them if that is None."""
        wanted = None if end is None else max(end - len(self._found), 0)
        self._found.extend(islice(self._rest, wanted))

    def __len__(self) -> int:
        self._look(None)
        return len(self._found)

    def __iter__(self) -> Iterator[OpenSlot]:
        self._look(None)
        return iter(self._found)

    @overload
    def __getitem__(self, place: int) -> OpenSlot: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[OpenSlot]: ...

    def __getitem__(self, place: int | slice) -> OpenSlot | Sequence[OpenSlot]:
        end = place.stop if isinstance(place, slice) else place + 1
        self._look(None if end is None or end <= 0 else end)
        return self._found[place]


async def open_schedules(
    session: BookingSession, wish: SlotCriteria, first: date, last: date, *, now: datetime
) -> list[Schedule]:
    """Who may deliver it and where, with what is open of their time as `starts`; see `find_slots`.

    The same number of statements, however many people and days.
    """
    if last < first:
        raise InvalidInput("The last day must not be before the first.", path=("to",))
    if last - first >= MAX_SEARCH_WINDOW:
        raise InvalidInput(f"Please ask for {MAX_SEARCH_WINDOW.days} days at most.", path=("to",))
    horizon = (await get_clinic(session)).policy.horizon
    first, last = max(first, now.date() - DAY), min(last, now.date() + horizon + DAY)
    if last < first:
        return []
    return await load_schedules(
        session, wish.service, first, last, now=now, at=wish.location, of=wish.practitioner
    )


async def open_slots_at(
    session: BookingSession,
    wish: SlotCriteria,
    starts_at: datetime,
    *,
    now: datetime,
    notice_from: datetime | None = None,
    ignoring: uuid.UUID | None = None,
) -> list[OpenSlot]:
    """The open slots at exactly this time, who has the least to do that day first; never empty.

    Refuses with the most telling reason. `ignoring` is an owner that is not in its own way;
    `notice_from` is when the visitor chose the time, where that was before `now`.
    """
    policy = (await get_clinic(session)).policy
    earliest = policy.earliest_start(notice_from or now)
    if starts_at < earliest:
        raise NoticeTooShort(
            "This time is too soon. Please choose a later one, or call us.",
            path=("startsAt",),
            earliest=earliest,
        )
    if starts_at - now > policy.horizon + 2 * DAY:
        # Far beyond any calendar's last day: no calendar is made for it, whatever the year.
        raise _beyond_horizon(policy.last_day(now.date()))
    around = starts_at.date()
    diaries = await load_schedules(
        session,
        wish.service,
        around - DAY,
        around + DAY,
        now=now,
        notice_from=notice_from,
        at=wish.location,
        of=wish.practitioner,
        ignoring=ignoring,
    )
    tick = tick_at(starts_at)
    if on_tick(starts_at):
        free = [diary for diary in diaries if diary.has_start(tick)]
        if free:
            free.sort(key=lambda diary: diary.load_on(tick))
            return [slot_at_tick(wish.service, diary, tick) for diary in free]
    raise await _refusal_for(session, wish, starts_at, diaries, now=now)


async def _refusal_for(
    session: BookingSession,
    wish: SlotCriteria,
    starts_at: datetime,
    diaries: Sequence[Schedule],
    *,
    now: datetime,
) -> Exception:
    """The refusal for a time that no diary has open, decided by the set that kept it out."""
    tick = tick_at(starts_at)
    policy = (await get_clinic(session)).policy
    if diaries and all(starts_at.astimezone(diary.zone).date() > diary.last_day for diary in diaries):
        return _beyond_horizon(max(diary.last_day for diary in diaries))
    offers = await qualified_offers(session, services=[wish.service.slug])
    working = [diary for diary in diaries if diary.is_working(tick)]
    if not any(wish.practitioner in (None, offer.practitioner.slug) for offer in offers) or (
        diaries and not any(diary.is_certified(tick) for diary in working or diaries)
    ):
        return NotQualified(
            "Nobody who may deliver this is there on that day. Please choose someone else or another day.",
            path=("practitionerId",),
            practitioners=[
                offer.practitioner.slug
                for offer in await deliverable_offers(session, now=now, services=[wish.service.slug])
            ],
        )
    if not on_tick(starts_at) or (diaries and not any(diary.is_step(tick) for diary in diaries)):
        minutes = int(policy.slot_step / timedelta(minutes=1))
        message = f"Visits start every {minutes} minutes. Please choose one of the times offered."
        return NotOpen(message, path=("startsAt",), wanted=wish.at(starts_at))
    if not working:
        message = "Nobody is there at this time. Please choose one of the times offered."
        return NotOpen(message, path=("startsAt",), wanted=wish.at(starts_at))
    return SlotTaken(wanted=wish.at(starts_at))


def _beyond_horizon(latest: date) -> BeyondHorizon:
    message = f"We take bookings up to {latest.isoformat()}. Please choose an earlier day."
    return BeyondHorizon(message, path=("startsAt",), latest=latest)


def availability_valid_until(
    policy: BookingPolicy, *, now: datetime, next_hold_expiry: datetime | None
) -> datetime:
    """Until when all that is open stays so, and all that is not, if nobody does anything.

    `next_end` is when the first of what is held runs out.
    """
    # Days end with a tick, wherever that is. What starts with the notice's last moment is open in that alone.
    day_ends = now + TICK - (now - EPOCH) % TICK
    too_soon = now + (EPOCH - policy.earliest_start(now)) % TICK
    return min(day_ends, too_soon, *([] if next_hold_expiry is None else [next_hold_expiry]))


async def nearest_slots(session: BookingSession, wanted: RequestedTime, *, now: datetime) -> list[OpenSlot]:
    """A few open slots around a time, each at a time of its own, in order of time.

    With the wanted practitioner; with anyone when that one has nothing around.
    """
    wish = await slot_criteria(session, wanted.service, wanted.practitioner, wanted.location)
    to = wanted.starts_at
    day = max(to, now).date()
    for someone in (wish, replace(wish, practitioner=None)):
        slots = await find_slots(
            session,
            someone,
            day - ALTERNATIVES_WINDOW,
            day + ALTERNATIVES_WINDOW,
            now=now,
            distinct_times=True,
        )
        if slots:
            nearest_slots = sorted(slots, key=lambda slot: abs(slot.starts_at - to))[:ALTERNATIVES]
            return sorted(nearest_slots, key=lambda slot: slot.starts_at)
    return []


def slot_at_tick(service: Service, diary: Schedule, tick: int) -> OpenSlot:
    starts_at = instant_at(tick)
    return OpenSlot(service.slug, diary.practitioner, diary.location, starts_at, starts_at + service.duration)
