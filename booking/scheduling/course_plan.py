"""Plans the visits of a course in a rhythm: every 7 days at about the same time, say; and their move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from booking.catalogue.lookup import all_services, location_zones
from booking.domain.errors import BeyondHorizon, InvalidInput, InvalidInputCode, NotOpen
from booking.domain.open_slot import OpenSlot
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.schedule import Schedule, load_schedules
from booking.scheduling.slots import open_slots_at
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import date_bits
from booking.timegrid.ticks import DAY, instant_at

MAX_INTERVAL_DAYS = 31
MAX_MOVE_DAYS = 366
OTHER_DAY_PENALTY = timedelta(hours=4)
"""A visit on another day is as far off the rhythm as one so much earlier or later on the same day."""


@dataclass(frozen=True)
class CoursePlan:
    slots: list[OpenSlot]
    deviation: timedelta  # of all visits together from the rhythm


async def plan_course(
    session: BookingSession, criteria: SlotCriteria, starts_at: datetime, every_days: int, *, now: datetime
) -> list[OpenSlot]:
    """An open slot for each visit, in order, all with the practitioner who keeps the rhythm best.

    The first is at `starts_at`; each later one is the open slot nearest to the rhythm, at least a
    day after the one before. Nothing is held.

    Raises:
        BookingError: the first time isn't open, or no practitioner has a slot for every visit.
    """
    visits = criteria.service.visits
    if not 1 <= every_days <= MAX_INTERVAL_DAYS:
        raise InvalidInput(
            f"Please choose 1 to {MAX_INTERVAL_DAYS} days.",
            path=("everyDays",),
            code=InvalidInputCode.OUT_OF_RANGE,
        )
    if visits == 1:
        raise InvalidInput(
            "This service has one visit only.", path=("serviceId",), code=InvalidInputCode.CONFLICT
        )
    first = await open_slots_at(session, criteria, starts_at, now=now)
    latest = (await get_clinic(session)).policy.last_day(now.date())
    day, rhythm = starts_at.date(), timedelta(days=every_days)
    schedules = {
        (schedule.practitioner, schedule.location): schedule
        for schedule in await load_schedules(
            session, criteria, day, min(day + rhythm * visits, latest + DAY), now=now
        )
    }
    plans = [_plan(slot, schedules[slot.practitioner, slot.location], rhythm) for slot in first]
    complete = [plan for plan in plans if len(plan.slots) == visits]
    if complete:
        return min(complete, key=lambda plan: plan.deviation).slots
    planned = max(len(plan.slots) for plan in plans)
    missed = starts_at + rhythm * planned
    if missed.date() > latest:
        message = f"We take bookings up to {latest.isoformat()}: please choose a shorter rhythm."
        raise BeyondHorizon(message, path=("everyDays",), latest=latest)
    message = f"Nothing is open for visit {planned + 1}. Please choose its time yourself."
    raise NotOpen(message, path=("startsAt",), wanted=criteria.at(missed))


async def movable_visits(
    session: BookingSession, course: Sequence[Appointment], *, now: datetime
) -> list[Appointment]:
    """Those that can still be moved online, in order of time."""
    policy = (await get_clinic(session)).policy
    return [
        row
        for row in sorted(course, key=lambda row: row.starts_at)
        if row.status is AppointmentStatus.BOOKED and now <= row.change_deadline(policy)
    ]


def check_practitioner_or_any(practitioner: str | None, any_practitioner: bool) -> None:
    """Refuse a move that names a practitioner, and takes any.

    Raises:
        InvalidInput: it does both.
    """
    if any_practitioner and practitioner is not None:
        message = "Please name a practitioner, or any, not both."
        raise InvalidInput(message, path=("anyPractitioner",), code=InvalidInputCode.CONFLICT)


async def plan_move(
    session: BookingSession,
    visits: Sequence[Appointment],
    by_days: int,
    practitioner: str | None = None,
    *,
    any_practitioner: bool = False,
    now: datetime,
) -> list[OpenSlot | None]:
    """An open slot for each of these visits of a course, so many days later, or earlier if it is negative.

    Each is the one nearest to the same time of that day, at the visit's location and with its practitioner
    unless another is named (slug); None where nothing is open near it. With any practitioner it is the one
    who has a slot for most of the visits, and of those the one nearest to their times. The visits' own times
    count as free. Nothing is held.

    Raises:
        InvalidInput: so many days that no course is moved by them.
    """
    if abs(by_days) > MAX_MOVE_DAYS:
        message = f"Please move by {MAX_MOVE_DAYS} days at most."
        raise InvalidInput(message, path=("byDays",), code=InvalidInputCode.OUT_OF_RANGE)
    service, zones = (await all_services(session))[visits[0].service], await location_zones(session)
    criteria = SlotCriteria(service, practitioner, ignoring=[row.id for row in visits])
    begins = [row.starts_at.astimezone(zones[row.location]) for row in visits]
    days = [begin.date() + timedelta(days=by_days) for begin in begins]
    gaps = [(latter - former).days for former, latter in pairwise(days)]
    reach = [timedelta(days=max(1, min([*gaps[max(n - 1, 0) : n + 1], 7]) // 2)) for n in range(len(days))]
    schedules = {
        (schedule.practitioner, schedule.location): schedule
        for schedule in await load_schedules(
            session, criteria, days[0] - reach[0], days[-1] + reach[-1], now=now
        )
    }

    def plan_with(practitioner: str | None) -> tuple[int, timedelta, list[OpenSlot | None]]:
        """With one practitioner, or each visit's own: how many slots are missing, how far off, and they."""
        planned: list[OpenSlot | None] = []
        earliest, deviation = days[0] - reach[0], timedelta(0)
        for row, begin, day, half in zip(visits, begins, days, reach):
            schedule = schedules.get((practitioner or row.practitioner, row.location))
            found = schedule and _nearest(schedule, day, begin.time(), max(earliest, day - half), day + half)
            planned.append(found[1] if found else None)
            deviation += found[0] if found else timedelta(0)
            earliest = (found[1].starts_at.astimezone(begin.tzinfo).date() if found else day) + DAY
        return planned.count(None), deviation, planned

    if not any_practitioner:
        return plan_with(practitioner)[2]
    own = visits[0].practitioner
    others = sorted({each for each, _ in schedules} - {own})
    return min((plan_with(each) for each in (own, *others)), key=lambda plan: plan[:2])[2]


def _plan(first: OpenSlot, schedule: Schedule, rhythm: timedelta) -> CoursePlan:
    """As many visits, from the first on, as this practitioner has slots for at this location."""
    slots, deviation = [first], timedelta(0)
    half = timedelta(days=rhythm.days // 2)
    begin = first.starts_at.astimezone(schedule.zone)
    for number in range(1, schedule.service.visits):
        day = begin.date() + number * rhythm
        former = slots[-1].starts_at.astimezone(schedule.zone).date()
        found = _nearest(schedule, day, begin.time(), max(former + DAY, day - half), day + half)
        if found is None:
            break
        smallest, slot = found
        slots.append(slot)
        deviation += smallest
    return CoursePlan(slots, deviation)


def _nearest(
    schedule: Schedule, day: date, at: time, first: date, last: date
) -> tuple[timedelta, OpenSlot] | None:
    """The slot on the days from first to last that is nearest to this time, and by how much it is off."""
    near = date_bits(schedule.window, schedule.zone, first, last)
    deviations = [
        (_deviation(instant_at(tick).astimezone(schedule.zone), day, at), tick)
        for tick in schedule.window.ticks(schedule.starts & near)
    ]
    if not deviations:
        return None
    smallest, tick = min(deviations)
    return smallest, schedule.slot_at(tick)


def _deviation(start: datetime, day: date, at: time) -> timedelta:
    """Between clock times on the wall: an hour that the clocks change is none."""
    days = (start.date() - day).days
    minutes = datetime.combine(day, start.time()) - datetime.combine(day, at)
    return abs(days) * OTHER_DAY_PENALTY + abs(minutes)
