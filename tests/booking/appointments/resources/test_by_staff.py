"""Staff put a visit in although no room is free; the practitioner's time is then nobody else's."""

import pytest
from sqlalchemy import select

from booking.appointments.by_staff.book import hold_by_staff
from booking.appointments.hold import HoldRequest
from booking.domain.errors import SlotTaken
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from tests.booking.appointments.by_staff.front_desk import call_off, move, open_desk, undo, visit
from tests.booking.appointments.resources.resource_clinic import (
    LASER,
    NINE,
    TEN,
    clinic_with,
    hold,
    open_with,
    resources_of,
    room,
)
from tests.support.clinics import NOW, load_clinic

CLINIC = clinic_with(room("only"), LASER)


async def squeeze_in(database: Database, who: str, *, service: str = "visit") -> Hold:
    request = HoldRequest(service, NINE, who, squeeze_in=True)
    async with database.write() as session:
        return (await hold_by_staff(session, request, now=NOW))[0]


async def owned(database: Database, owner: object) -> set[str]:
    async with database.read() as session:
        return set(await session.scalars(select(Tick.resource).where(Tick.owner == owner)))


async def test_without_a_room_the_visit_is_a_squeeze_in_and_has_the_practitioner(database: Database) -> None:
    await open_desk(database, CLINIC)
    await visit(database, NINE, "one")
    with pytest.raises(SlotTaken):
        await hold(database, NINE, "two", by_staff=True)

    held = await squeeze_in(database, "two", service="laser")

    assert held.squeeze_in
    assert await owned(database, held.id) == {"two/squeeze-in", "two", "laser-1/resource"}
    assert await open_with(database, NINE, service="talk") == {"three"}
    with pytest.raises(SlotTaken):
        await squeeze_in(database, "two")


async def test_beside_a_visit_it_gets_a_room_if_one_is_free(database: Database) -> None:
    await open_desk(database, clinic_with(room("first"), room("second"), LASER))
    await visit(database, NINE, "one")

    held = await squeeze_in(database, "one")

    assert await owned(database, held.id) == {"one/squeeze-in", "second/resource"}


async def test_a_load_of_the_file_leaves_it_without_a_room(database: Database) -> None:
    await open_desk(database, CLINIC)
    await visit(database, NINE, "one")
    booked = await visit(database, TEN, "two")
    await move(database, booked, NINE, squeeze_in=True)
    assert await resources_of(database, booked) == set()

    assert await load_clinic(database, CLINIC) == []
    async with database.read() as session:
        assert (await session.get_one(Appointment, booked)).impossible_since is None


async def test_undo_brings_the_room_back_unless_somebody_has_it(database: Database) -> None:
    await open_desk(database, CLINIC)
    booked = await visit(database, NINE, "one")
    await move(database, booked, TEN)
    await undo(database)
    assert await resources_of(database, booked) == {"only"}
    assert await open_with(database, TEN) == {"one", "two", "three"}

    await call_off(database, booked)
    assert await resources_of(database, booked) == set()
    await hold(database, NINE, "two")
    with pytest.raises(SlotTaken):
        await undo(database)


async def test_a_squeeze_in_is_an_ordinary_visit_once_it_moves_to_a_free_room(database: Database) -> None:
    await open_desk(database, CLINIC)
    await visit(database, NINE, "one")
    booked = await visit(database, TEN, "two")
    await move(database, booked, NINE, squeeze_in=True)

    moved = await move(database, booked, TEN)

    assert not moved.squeeze_in
    assert await owned(database, booked) == {"two", "only/resource"}
    assert await open_with(database, NINE, service="talk") == {"two", "three"}
