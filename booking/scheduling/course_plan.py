"""Times for a course in a rhythm: every 7 days at about the same time, say."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from booking.domain.errors import BeyondHorizon, InvalidInput, NotOpen
from booking.domain.open_slot import OpenSlot
from booking.scheduling.schedule import Schedule, load_schedules
from booking.scheduling.slots import SlotCriteria, open_slots_at, slot_at_tick
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import date_bits
from booking.timegrid.ticks import DAY, instant_at

MAX_INTERVAL_DAYS = 31
OTHER_DAY_PENALTY = timedelta(hours=4)
"""To come on another day is as bad as to come so much earlier or later on the same."""


@dataclass(frozen=True)
class CoursePlan:
    slots: list[OpenSlot]
    off: timedelta  # how far the visits are from the rhythm, all together


async def plan_course(
    session: BookingSession, wish: SlotCriteria, starts_at: datetime, every_days: int, *, now: datetime
) -> list[OpenSlot]:
    """An open slot for each visit, in order, all with one practitioner: who keeps the rhythm best.

    The first is at `starts_at`; each later one is the open slot nearest to the rhythm, at least a
    day after the one before. Nothing is held. Refuses with a BookingError.
    """
    if not 1 <= every_days <= MAX_INTERVAL_DAYS:
        raise InvalidInput(f"Please choose 1 to {MAX_INTERVAL_DAYS} days.", path=("everyDays",))
    if wish.service.visits == 1:
        raise InvalidInput("This service has one visit only.", path=("serviceId",))
    first = await open_slots_at(session, wish, starts_at, now=now)
    latest = (await get_clinic(session)).policy.last_day(now.date())
    day, rhythm = starts_at.date(), timedelta(days=every_days)
    diaries = await load_schedules(
        session,
        wish.service,
        day,
        min(day + rhythm * wish.service.visits, latest + DAY),
        now=now,
        at=wish.location,
        of=wish.practitioner,
    )
    places = {(diary.practitioner, diary.location): diary for diary in diaries}
    plans = [_plan(wish, slot, places[slot.practitioner, slot.location], rhythm) for slot in first]
    complete = [plan for plan in plans if len(plan.slots) == wish.service.visits]
    if complete:
        return min(complete, key=lambda plan: plan.off).slots
    reached = max(plans, key=lambda plan: len(plan.slots))
    missed = starts_at + rhythm * len(reached.slots)
    if missed.date() > latest:
        message = f"We take bookings up to {latest.isoformat()}: please choose a shorter rhythm."
        raise BeyondHorizon(message, path=("everyDays",), latest=latest)
    message = f"Nothing is open for visit {len(reached.slots) + 1}. Please choose its time yourself."
    raise NotOpen(message, path=("startsAt",), wanted=wish.at(missed))


def _plan(wish: SlotCriteria, first: OpenSlot, diary: Schedule, rhythm: timedelta) -> CoursePlan:
    """As far as it can be made with this person at this place."""
    plan, off = [first], timedelta(0)
    half = timedelta(days=rhythm.days // 2)
    begin = first.starts_at.astimezone(diary.zone)
    for number in range(1, wish.service.visits):
        day = begin.date() + number * rhythm
        former = plan[-1].starts_at.astimezone(diary.zone).date()
        earliest = max(former + DAY, day - half)
        near = date_bits(diary.window, diary.zone, earliest, day + half)
        distances = [
            (_distance(instant_at(tick).astimezone(diary.zone), day, begin.time()), tick)
            for tick in diary.window.ticks(diary.starts & near)
        ]
        if not distances:
            break
        distance, tick = min(distances)
        plan.append(slot_at_tick(wish.service, diary, tick))
        off += distance
    return CoursePlan(plan, off)


def _distance(start: datetime, day: date, at: time) -> timedelta:
    """Between clock times on the wall: an hour that the clocks change is none."""
    days, minutes = start.date() - day, _since_midnight(start.time()) - _since_midnight(at)
    return abs(days.days) * OTHER_DAY_PENALTY + abs(minutes)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
