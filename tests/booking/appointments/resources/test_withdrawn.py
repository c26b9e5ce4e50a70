"""Rooms that the clinic withdraws: visits get another, or are marked for a call."""

from datetime import timedelta

import pytest

from booking.appointments.book import book
from booking.domain.errors import HoldExpired
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.queries.ticks import release_ticks
from tests.booking.appointments.blocked_clinic import details_of
from tests.booking.appointments.resources.resource_clinic import (
    LASER,
    NINE,
    clinic_with,
    hold,
    open_with,
    resources_of,
    room,
)
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW, load_clinic

TWO_ROOMS = clinic_with(room("first"), room("second"), LASER)
ONE_ROOM = clinic_with(room("second"), LASER)


async def visits(database: Database) -> list[SampleBooking]:
    return [await make_booking(database, NINE, service="visit", practitioner=who) for who in ("one", "two")]


async def is_impossible(database: Database, booking: SampleBooking) -> bool:
    async with database.read() as session:
        row = await session.get_one(Appointment, booking.appointments[0].id)
    return row.impossible_since is not None


async def test_a_visit_gets_another_room_and_who_finds_none_is_to_be_called(database: Database) -> None:
    await load_clinic(database, TWO_ROOMS)
    alone = await make_booking(database, NINE + timedelta(hours=1), service="visit", practitioner="one")
    in_first, in_second = await visits(database)

    said = await load_clinic(database, ONE_ROOM)

    assert await resources_of(database, alone.appointments[0].id) == {"second"}
    assert await resources_of(database, in_second.appointments[0].id) == {"second"}
    assert await resources_of(database, in_first.appointments[0].id) == set()
    reference = in_first.appointments[0].reference
    assert [line for line in said if "is kept" in line] == [
        f"Appointment {reference} on 2026-11-24 at 09:00 is kept, but no 'room' is free for it. "
        "Please call the patient."
    ]
    found = [await is_impossible(database, each) for each in (alone, in_first, in_second)]
    assert found == [False, True, False]

    await load_clinic(database, TWO_ROOMS)
    assert await resources_of(database, in_first.appointments[0].id) == {"first"}
    assert not await is_impossible(database, in_first)
    assert await load_clinic(database, TWO_ROOMS) == []


async def test_a_held_room_that_is_withdrawn_is_exchanged_when_the_time_is_booked(database: Database) -> None:
    await load_clinic(database, TWO_ROOMS)
    held, token = await hold(database, NINE, "one")
    assert await resources_of(database, held.id) == {"first"}
    await load_clinic(database, ONE_ROOM)

    async with database.write() as session:
        await book(session, details_of(token), now=NOW)

    assert await resources_of(database, held.id) == {"second"}
    assert await open_with(database, NINE) == set()


async def test_a_hold_that_was_let_go_meanwhile_gets_no_room_and_is_not_booked(database: Database) -> None:
    await load_clinic(database, TWO_ROOMS)
    held, token = await hold(database, NINE, "one")

    async with database.write() as session:
        await release_ticks(session, held.id)  # Its row says nothing of it to who read it before.
    with pytest.raises(HoldExpired):
        async with database.write() as session:
            await book(session, details_of(token), now=NOW)

    assert await open_with(database, NINE) == {"one", "two", "three"}


async def test_visits_get_rooms_once_their_service_needs_them_and_give_them_back(database: Database) -> None:
    without = clinic_with(room("first"), LASER, needs="[]")
    await load_clinic(database, without)
    in_first, beside = await visits(database)
    assert await resources_of(database, in_first.appointments[0].id) == set()

    await load_clinic(database, clinic_with(room("first"), LASER))
    rooms = [await resources_of(database, each.appointments[0].id) for each in (in_first, beside)]
    assert sorted(map(len, rooms)) == [0, 1]
    marked = [await is_impossible(database, each) for each in (in_first, beside)]
    assert marked == [not each for each in rooms]

    await load_clinic(database, without)
    for each in (in_first, beside):
        assert await resources_of(database, each.appointments[0].id) == set()
        assert not await is_impossible(database, each)
