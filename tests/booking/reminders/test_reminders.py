"""Reminders are sent for visits as they stand, once, and for nothing else."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from booking.patients.erase import erase_patients
from booking.patients.reminder_choice import choose_reminders
from booking.storage.models.appointments import Appointment
from tests.booking.appointments.by_staff.front_desk import call_off, move, stored, undo
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

WEEK_BEFORE = NOW - 10 * DAY


async def book(
    clinic: RemindedClinic, *times: datetime, who: str = "one", **details: Any
) -> list[Appointment]:
    """Booked ten days before the tests' clock."""
    bookings = [
        await make_booking(
            clinic.database, time, service="visit", practitioner=who, now=WEEK_BEFORE, **details
        )
        for time in times
    ]
    await clinic.deliver()
    return [booking.appointments[0] for booking in bookings]


async def test_a_visit_is_reminded_of_a_week_and_a_day_before(clinic: RemindedClinic) -> None:
    await book(clinic, NINE)
    clinic.now = FOUR - 6 * DAY - MINUTE
    assert await clinic.reminders() == []

    clinic.now += MINUTE
    [first] = await clinic.reminders()
    clinic.now = FOUR
    [second] = await clinic.reminders()

    assert (
        first["Subject"] == second["Subject"] == "Reminder: Tuesday, November 24, 9:00\N{NO-BREAK SPACE}a.m."
    )
    assert first["Message-ID"] != second["Message-ID"]
    clinic.now = NINE + DAY
    assert await clinic.reminders() == []


async def test_one_message_is_about_all_visits_of_a_person_on_a_day(clinic: RemindedClinic) -> None:
    """Whatever bookings they are of; also what was booked too late for a reminder of its own."""
    await book(clinic, NINE, NINE + HOUR, NINE + DAY)
    await make_booking(clinic.database, NINE + 2 * HOUR, service="visit", practitioner="one", now=FOUR - HOUR)
    await book(clinic, NINE, who="two", name="Sample Sister")
    clinic.now = FOUR - 5 * DAY
    await clinic.reminders()
    clinic.now = FOUR

    mails = await clinic.reminders()

    whens = [text_of(mail).count("When: Tuesday, November 24") for mail in mails]
    assert sorted(whens) == [1, 3]
    clinic.now = FOUR + DAY
    assert ["November 25" in mail["Subject"] for mail in await clinic.reminders()] == [True]


async def test_who_booked_within_a_day_is_not_reminded(clinic: RemindedClinic) -> None:
    await make_booking(clinic.database, NINE, service="visit", practitioner="one", now=FOUR - HOUR)
    clinic.now = FOUR

    assert await clinic.waiting() == []
    assert await clinic.reminders() == []


@pytest.mark.parametrize("mover", ["patient", "staff"])
async def test_who_moved_within_a_day_is_not_reminded(clinic: RemindedClinic, mover: str) -> None:
    """Also by rules that are planned anew afterwards."""
    booking = await make_booking(clinic.database, NINE, service="visit", practitioner="one", now=WEEK_BEFORE)
    if mover == "patient":
        await booking.move(NINE + HOUR, at=FOUR - HOUR)
    else:
        await move(clinic.database, booking.appointments[0].id, NINE + HOUR, at=FOUR - HOUR)
    await open_clinic(clinic.database, reminding_clinic('at = "16:30"'), now=FOUR - HOUR)
    clinic.now = FOUR + HOUR

    assert await clinic.reminders() == []


async def test_another_practitioner_at_the_same_time_is_no_other_time(clinic: RemindedClinic) -> None:
    [visit] = await book(clinic, NINE)
    await move(clinic.database, visit.id, NINE, who="two", at=FOUR - HOUR)
    clinic.now = FOUR

    assert len(await clinic.reminders()) == 1


async def test_an_undone_move_brings_back_since_when_the_visit_had_its_time(clinic: RemindedClinic) -> None:
    """Of a visit that was moved before, too."""
    first, second = await book(clinic, NINE, NINE + 2 * HOUR)
    await move(clinic.database, second.id, NINE + HOUR, at=FOUR - DAY)
    for visit in (first, second):
        await move(clinic.database, visit.id, NINE + 4 * HOUR, who="two", at=FOUR - 2 * MINUTE)
        await undo(clinic.database, at=FOUR - MINUTE)

    assert [(await stored(clinic.database, each.id)).moved_at for each in (first, second)] == [
        None,
        FOUR - DAY,
    ]
    assert await clinic.waiting() == [FOUR, FOUR]


async def test_a_moved_visit_is_reminded_of_at_its_new_time_alone(clinic: RemindedClinic) -> None:
    [visit] = await book(clinic, NINE)
    await move(clinic.database, visit.id, NINE + DAY, at=FOUR - HOUR)
    clinic.now = FOUR
    assert await clinic.reminders() == []

    clinic.now = FOUR + DAY
    assert ["November 25" in mail["Subject"] for mail in await clinic.reminders()] == [True]


async def test_a_cancelled_visit_is_not_reminded_of_and_an_undone_one_is(clinic: RemindedClinic) -> None:
    [visit] = await book(clinic, NINE)
    await call_off(clinic.database, visit.id, at=FOUR - 2 * MINUTE)
    assert await clinic.waiting() == []

    await undo(clinic.database, at=FOUR - MINUTE)
    clinic.now = FOUR

    assert len(await clinic.reminders()) == 1


async def test_a_reminder_is_not_sent_again_when_the_visit_comes_back_to_its_time(
    clinic: RemindedClinic,
) -> None:
    [visit] = await book(clinic, NINE)
    clinic.now = FOUR
    assert len(await clinic.reminders()) == 1

    await move(clinic.database, visit.id, NINE + HOUR, at=FOUR + MINUTE)
    await undo(clinic.database, at=FOUR + 2 * MINUTE)
    await open_clinic(clinic.database, reminding_clinic('at = "17:00"'), now=FOUR + 3 * MINUTE)

    clinic.now = FOUR + HOUR
    assert await clinic.reminders() == []


@pytest.mark.parametrize("change", ["move", "cancel"])
async def test_what_changes_before_the_mail_leaves_is_not_sent(clinic: RemindedClinic, change: str) -> None:
    """The mail server is down while the reminder is taken."""
    [visit] = await book(clinic, NINE)
    clinic.now, clinic.server.is_down = FOUR, True
    await clinic.take_due()
    assert await clinic.deliver() == []
    if change == "move":
        await move(clinic.database, visit.id, NINE + HOUR, at=FOUR + MINUTE, notify=False)
    else:
        await call_off(clinic.database, visit.id, at=FOUR + MINUTE, notify=False)

    clinic.now, clinic.server.is_down = FOUR + HOUR, False

    assert await clinic.deliver() == []


async def test_a_mail_server_that_was_down_for_long_gets_the_last_reminder_alone(
    clinic: RemindedClinic,
) -> None:
    await book(clinic, NINE)
    clinic.server.is_down = True
    for clinic.now in (FOUR - 6 * DAY, FOUR):
        await clinic.take_due()
        await clinic.deliver()

    clinic.server.is_down, clinic.now = False, FOUR + HOUR

    assert len(await clinic.deliver()) == 1


async def test_nothing_leaves_in_quiet_hours(clinic: RemindedClinic) -> None:
    """Neither after a start of the server, nor by a further attempt; who comes early then hears nothing."""
    early = NINE - 2 * HOUR
    await book(clinic, NINE)
    await book(clinic, early, who="two", name="Sample Early Bird", email="early@example.com")
    clinic.now, clinic.server.is_down = FOUR, True
    await clinic.take_due()
    await clinic.deliver()

    clinic.now, clinic.server.is_down = FOUR + 6 * HOUR, False
    assert await clinic.reminders() == []
    clinic.now = NINE - HOUR
    mails = await clinic.reminders()

    assert [mail["To"].addresses[0].addr_spec for mail in mails] == ["patient@example.com"]


async def test_an_address_that_wants_none_gets_none_for_later_bookings_either(
    clinic: RemindedClinic,
) -> None:
    first, _ = await book(clinic, NINE, NINE + DAY)
    await book(clinic, NINE, who="two", email="other@example.com")
    async with clinic.database.write() as session:
        await choose_reminders(session, [first.patient], wanted=False, actor=None, now=NOW)
    await book(clinic, NINE + HOUR)

    for clinic.now in (FOUR, FOUR + DAY):
        for mail in await clinic.reminders():
            assert mail["To"].addresses[0].addr_spec == "other@example.com"
    async with clinic.database.write() as session:
        await choose_reminders(session, [first.patient], wanted=True, actor=None, now=NOW)
    await book(clinic, NINE + 2 * DAY)
    clinic.now = FOUR + 2 * DAY
    assert len(await clinic.reminders()) == 1


async def test_a_visit_that_cannot_take_place_is_not_reminded_of(clinic: RemindedClinic) -> None:
    """The clinic has to call about it."""
    [visit] = await book(clinic, NINE)
    async with clinic.database.write() as session:
        impossible = update(Appointment).where(Appointment.id == visit.id)
        await session.execute(impossible.values(impossible_since=NOW))
    clinic.now = FOUR

    assert await clinic.reminders() == []


async def test_an_edited_file_plans_the_coming_reminders_anew(clinic: RemindedClinic) -> None:
    await book(clinic, *(NINE + day * DAY for day in range(5)))
    await open_clinic(clinic.database, reminding_clinic('days_before = [2]\nat = "11:00"'), now=NOW)
    clinic.now = NOW
    await clinic.take_due()

    eleven = NINE + 2 * HOUR
    assert await clinic.waiting() == [eleven + day * DAY for day in range(-1, 3)]

    await open_clinic(clinic.database, reminding_clinic("days_before = []"), now=NOW)
    await clinic.take_due()
    assert await clinic.waiting() == []


async def test_a_service_can_be_without_reminders(clinic: RemindedClinic) -> None:
    await book(clinic, NINE)
    await open_clinic(clinic.database, reminding_clinic(service="reminders = false"), now=NOW)
    clinic.now = FOUR

    assert await clinic.reminders() == []


async def test_an_erased_patient_leaves_no_reminder(clinic: RemindedClinic) -> None:
    [visit] = await book(clinic, NINE)
    await call_off(clinic.database, visit.id, at=NOW)
    async with clinic.database.write() as session:
        await erase_patients(session, [visit.patient], now=NOW)

    clinic.now = FOUR
    assert await clinic.waiting() == []
    assert await clinic.reminders() == []


async def test_the_mail_can_be_stopped_by_one_click(clinic: RemindedClinic) -> None:
    """RFC 8058."""
    await book(clinic, NINE)
    clinic.now = FOUR

    [mail] = await clinic.reminders()

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://booking.example.com/visits/")
    assert address in text_of(mail)


async def test_only_reminders_can_be_stopped(clinic: RemindedClinic) -> None:
    await make_booking(clinic.database, NINE, service="visit", practitioner="one", now=NOW)

    [booked] = await clinic.deliver()

    assert booked["List-Unsubscribe"] is None
