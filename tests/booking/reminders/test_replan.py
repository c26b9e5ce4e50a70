"""Rules that change: reminders planned anew in several steps are those of one step, and none is lost."""

from datetime import datetime

import pytest
from sqlalchemy import select

from booking.reminders.replan import is_plan_current, plan_next_visits
from booking.storage.models.appointments import Reminder, ReminderPlan
from tests.booking.appointments.by_staff.front_desk import call_off, move
from tests.booking.notifications.bookings import make_booking, text_of
from tests.booking.reminders.reminded_clinic import (
    DAY,
    FOUR,
    HOUR,
    MINUTE,
    NINE,
    RemindedClinic,
    reminding_clinic,
)
from tests.support.clinics import NOW, open_clinic

BOOKED, REPLANNED = NOW - 10 * DAY, NOW - 3 * DAY
TIMES = [NINE + hour * HOUR for hour in range(3)]
"""Of two practitioners each: several visits begin at once, and a step ends between them."""


async def plan_step(clinic: RemindedClinic, limit: int) -> bool:
    async with clinic.database.write() as session:
        return await plan_next_visits(session, limit=limit, now=REPLANNED)


async def planned(clinic: RemindedClinic) -> list[tuple[datetime, int, datetime]]:
    query = select(Reminder).where(Reminder.taken_at.is_(None))
    async with clinic.database.read() as session:
        rows = await session.scalars(query)
        return sorted((row.starts_at, row.days_before, row.due_at) for row in rows)


async def plan_at_once(clinic: RemindedClinic) -> None:
    async with clinic.database.write() as session:
        plan = await session.get_one(ReminderPlan, 1)
        plan.rules = "of another clinic"
    assert await plan_step(clinic, limit=1000)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_steps_plan_what_one_step_plans(clinic: RemindedClinic, limit: int) -> None:
    visits = [
        (
            await make_booking(clinic.database, at, service="visit", practitioner=practitioner, now=BOOKED)
        ).appointments[0]
        for at in TIMES
        for practitioner in ("one", "two")
    ]
    await open_clinic(clinic.database, reminding_clinic('days_before = [4, 1]\nat = "15:00"'))

    assert not await plan_step(clinic, limit)
    async with clinic.database.read() as session:
        assert not await is_plan_current(session)
    # One from behind the position to before it, one the other way, and one is cancelled.
    await move(clinic.database, visits[-1].id, NINE - HOUR, who="two", at=REPLANNED)
    await move(clinic.database, visits[0].id, NINE + DAY, at=REPLANNED)
    await call_off(clinic.database, visits[3].id, at=REPLANNED)
    while not await plan_step(clinic, limit):
        pass

    in_steps = await planned(clinic)
    assert len(in_steps) == 9  # One of the moved visits has a time that is too near for the first one.
    await plan_at_once(clinic)
    assert in_steps == await planned(clinic)


async def test_rules_that_change_between_two_steps_begin_anew(clinic: RemindedClinic) -> None:
    for at in TIMES:
        await make_booking(clinic.database, at, service="visit", practitioner="one", now=BOOKED)
    await open_clinic(clinic.database, reminding_clinic("days_before = [1]"))
    assert not await plan_step(clinic, 2)

    await open_clinic(clinic.database, reminding_clinic('days_before = [1]\nat = "17:00"'))
    while not await plan_step(clinic, 2):
        pass

    assert [due_at for _, _, due_at in await planned(clinic)] == [FOUR + HOUR] * len(TIMES)


async def test_a_visit_that_was_reminded_of_is_in_the_message_about_a_later_booking(
    clinic: RemindedClinic,
) -> None:
    await make_booking(clinic.database, NINE, service="visit", practitioner="one", now=BOOKED)
    clinic.now = FOUR
    await clinic.reminders()
    await open_clinic(clinic.database, reminding_clinic('at = "17:00"\nafter_booking = "0 min"'), now=FOUR)
    await make_booking(clinic.database, NINE + HOUR, service="visit", practitioner="one", now=FOUR + MINUTE)
    clinic.now = FOUR + HOUR

    [mail] = await clinic.reminders()

    assert text_of(mail).count("When: Tuesday, November 24") == 2
    clinic.now += HOUR
    assert await clinic.reminders() == []
