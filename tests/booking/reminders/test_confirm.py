"""A patient confirms a visit at the time that they saw."""

from datetime import datetime

import pytest

from booking.domain.events import EventKind
from booking.reminders.confirm import confirm
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from tests.booking.appointments.by_staff.front_desk import call_off, heard, move, open_desk, stored, undo
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW

NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")
TEN = NINE.replace(hour=10)


@pytest.fixture
async def booking(database: Database) -> SampleBooking:
    await open_desk(database)
    return await make_booking(database, NINE, service="visit", practitioner="one")


async def confirmed(booking: SampleBooking, at: datetime = NINE, *, now: datetime = NOW) -> int:
    """How many visits were confirmed at that time."""
    [visit] = booking.appointments
    async with booking.database.write() as session:
        return len(await confirm(session, booking.token, {visit.id: at}, now=now))


async def row(booking: SampleBooking) -> Appointment:
    return await stored(booking.database, booking.appointments[0].id)


async def test_it_is_noted_once_and_others_hear_of_it(booking: SampleBooking) -> None:
    before = await row(booking)

    assert [await confirmed(booking), await confirmed(booking)] == [1, 0]

    after = await row(booking)
    assert (after.confirmed_at, after.version) == (NOW, before.version + 1)
    assert after.changed_at == before.changed_at
    assert [event.kind for event in await heard(booking.database)][1:] == [EventKind.CONFIRMED]


async def test_a_move_takes_it_back_and_its_undo_brings_it_back(booking: SampleBooking) -> None:
    await confirmed(booking)

    await move(booking.database, booking.appointments[0].id, TEN)
    assert (await row(booking)).confirmed_at is None

    await undo(booking.database)
    assert (await row(booking)).confirmed_at == NOW


async def test_another_time_than_the_patient_saw_is_not_confirmed(booking: SampleBooking) -> None:
    await move(booking.database, booking.appointments[0].id, TEN)

    assert await confirmed(booking, NINE) == 0
    assert (await row(booking)).confirmed_at is None


async def test_a_visit_that_was_cancelled_or_has_begun_is_not_confirmed(booking: SampleBooking) -> None:
    assert await confirmed(booking, now=NINE) == 0

    await call_off(booking.database, booking.appointments[0].id)

    assert await confirmed(booking) == 0
