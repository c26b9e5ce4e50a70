"""Undo: the former state comes back for a few minutes, unless somebody or something is in its way."""

import pytest

from booking.appointments.by_staff.undo import undoable
from booking.appointments.status import set_status
from booking.domain.errors import BookingError, ChangedMeanwhile, NotFound, SlotTaken
from booking.domain.events import EventKind
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.queries.ticks import ticks_reserved_by
from tests.booking.appointments.by_staff.front_desk import (
    ELEVEN,
    MINUTE,
    NINE,
    OTHER,
    RECEPTION,
    TEN,
    call_off,
    heard,
    move,
    open_desk,
    stored,
    undo,
    visit,
)
from tests.support.clinics import NOW


async def test_a_move_is_taken_back_with_its_practitioner(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await move(database, booked, TEN, who="two")

    [row] = await undo(database, at=NOW + 4 * MINUTE)

    assert (row.starts_at, row.practitioner) == (NINE, "one")
    assert [event.kind for event in await heard(database)] == [
        EventKind.BOOKED,
        EventKind.MOVED,
        EventKind.MOVED,
    ]
    with pytest.raises(NotFound):
        await undo(database, at=NOW + 4 * MINUTE)


async def test_a_cancelled_visit_is_booked_again(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    before = await stored(database, booked)
    async with database.read() as session:
        ticks = await ticks_reserved_by(session, booked)
    await call_off(database, booked)

    [row] = await undo(database)

    assert (row.status, row.cancellation_reason) == (AppointmentStatus.BOOKED, None)
    assert row.slot == before.slot
    async with database.read() as session:
        assert await ticks_reserved_by(session, booked) == ticks
    assert [event.kind for event in await heard(database)][-1] is EventKind.BOOKED


async def test_a_status_is_taken_back(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    async with database.write() as session:
        status = AppointmentStatus.ARRIVED
        await set_status(session, booked, status, version=None, actor=RECEPTION, now=NINE)

    [row] = await undo(database, at=NINE)

    assert row.status is AppointmentStatus.BOOKED


async def test_acts_are_undone_one_by_one_the_last_first(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await move(database, booked, TEN)
    await move(database, booked, ELEVEN, at=NOW + MINUTE)
    await call_off(database, booked, at=NOW + 2 * MINUTE)

    states = []
    for _ in range(3):
        [row] = await undo(database, at=NOW + 3 * MINUTE)
        states.append((row.stands, row.starts_at))

    assert states == [(True, ELEVEN), (True, TEN), (True, NINE)]


async def test_after_five_minutes_it_is_too_late(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await move(database, booked, TEN)

    with pytest.raises(NotFound):
        await undo(database, at=NOW + 5 * MINUTE + MINUTE / 60)
    assert (await stored(database, booked)).starts_at == TEN


async def test_everybody_undoes_their_own_acts_alone(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await move(database, booked, TEN)
    async with database.read() as session:
        [change] = await undoable(session, RECEPTION, now=NOW)
        assert await undoable(session, OTHER, now=NOW) == []

    with pytest.raises(NotFound):
        await undo(database, actor=OTHER)
    with pytest.raises(NotFound):
        await undo(database, actor=OTHER, act=change.act)
    await undo(database, act=change.act)
    with pytest.raises(NotFound):
        await undo(database, act=change.act)


async def test_what_somebody_changed_since_is_not_undone(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await move(database, booked, TEN)
    changed = await move(database, booked, ELEVEN, actor=OTHER)

    with pytest.raises(ChangedMeanwhile) as refused:
        await undo(database)

    assert refused.value.version == changed.version
    assert (await stored(database, booked)).starts_at == ELEVEN
    await undo(database, actor=OTHER)
    assert [row.starts_at for row in await undo(database)] == [NINE]


@pytest.mark.parametrize("change", ["move", "cancel"])
async def test_a_time_that_was_taken_since_does_not_come_back(database: Database, change: str) -> None:
    await open_desk(database)
    booked = await visit(database)
    await (move(database, booked, TEN) if change == "move" else call_off(database, booked))
    await visit(database, NINE)
    after = await stored(database, booked)

    with pytest.raises(SlotTaken):
        await undo(database)

    row = await stored(database, booked)
    assert (row.status, row.starts_at, row.version) == (after.status, after.starts_at, after.version)


async def test_a_practitioner_undoes_nothing_of_others(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await move(database, booked, TEN, who="two")

    with pytest.raises(BookingError):
        await undo(database, only_practitioner="one")


async def test_a_squeeze_in_comes_back_as_one(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await visit(database, TEN)
    await move(database, booked, TEN, squeeze_in=True)
    await call_off(database, booked, at=NOW + MINUTE)

    [row] = await undo(database, at=NOW + 2 * MINUTE)
    assert (row.squeeze_in, row.starts_at) == (True, TEN)
    await move(database, booked, ELEVEN, at=NOW + 3 * MINUTE)
    [row] = await undo(database, at=NOW + 4 * MINUTE)
    assert (row.squeeze_in, row.starts_at) == (True, TEN)
