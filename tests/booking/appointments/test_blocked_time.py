"""Blocked time and extra hours: one rulebook for all, and no visit is ever dropped."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.book import book
from booking.appointments.cancel import cancel
from booking.appointments.hold import HoldRequest, hold_slot
from booking.calendars.calendar_feed import create_feed, render_feed
from booking.domain.errors import NotFound, NotOpen
from booking.scheduling.blocked_time import Weekly
from booking.scheduling.obstacles import find_obstacles
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.storage.queries.desk.blocked_time import blocks_between
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import (
    CLINIC,
    ELEVEN,
    NINE,
    SATURDAY,
    TEN,
    block,
    block_of,
    calls_to_make,
    details_of,
    extra,
    impossible,
    starts_of,
    unblock,
    visit,
)
from tests.support.clinics import NOW, edit_file, open_clinic, two_places

TWELVE = NINE + timedelta(hours=3)


async def test_no_slot_is_in_blocked_time_until_it_is_removed(database: Database) -> None:
    await open_clinic(database, CLINIC)
    before = await starts_of(database)
    assert NINE in before

    outcome = await block(database, block_of(NINE, TEN, label="Dentist"))
    assert [row.label for row in outcome.blocks] == ["Dentist"]
    assert await starts_of(database) == [start for start in before if start >= TEN]
    assert NINE in await starts_of(database, "two")
    with pytest.raises(NotOpen):
        await visit(database)

    assert await unblock(database, outcome.blocks[0].id) == 1
    assert await starts_of(database) == before


async def test_a_visit_may_touch_blocked_time(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await block(database, block_of(TEN, ELEVEN))
    await visit(database, TEN - timedelta(minutes=30))
    await visit(database, ELEVEN)


async def test_a_block_over_visits_names_them_and_changes_nothing_until_it_is_confirmed(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC)
    first, second = await visit(database, NINE), await visit(database, TEN)
    await visit(database, ELEVEN)
    await visit(database, NINE, "two")
    hit = [first.appointments[0].id, second.appointments[0].id]

    outcome = await block(database, block_of(NINE, ELEVEN))
    assert (outcome.blocks, outcome.visits) == ([], hit)
    assert await impossible(database) == []
    async with database.read() as session:
        assert (await session.scalars(select(BlockedTime))).all() == []

    outcome = await block(database, block_of(NINE, ELEVEN), over_visits=True)
    assert (len(outcome.blocks), outcome.visits) == (1, hit)
    assert await impossible(database) == hit
    assert await calls_to_make(database) == 2
    async with database.read() as session:
        rows = (await session.scalars(select(Appointment))).all()
        reasons = [each.reason for each in await find_obstacles(session, now=NOW)]
    assert {row.status for row in rows} == {AppointmentStatus.BOOKED}
    assert reasons == ["Sample Practitioner one is away"] * 2


async def test_a_visit_needs_attention_until_it_is_moved_or_cancelled_or_the_block_is_gone(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC)
    visits = [await visit(database, at) for at in (NINE, NINE + timedelta(minutes=30), TEN)]
    outcome = await block(database, block_of(NINE, ELEVEN), over_visits=True)
    await visits[0].move(ELEVEN, at=NOW)
    async with database.write() as session:
        await cancel(session, visits[1].token, visits[1].appointments[0].id, now=NOW)

    await open_clinic(database, CLINIC)  # A load of the clinic's file asks the same rulebook.
    async with database.read() as session:
        obstacles = [each.appointment.id for each in await find_obstacles(session, now=NOW)]
    assert obstacles == [visits[2].appointments[0].id]
    assert await calls_to_make(database) == 3

    await unblock(database, outcome.blocks[0].id)
    async with database.read() as session:
        kept = await session.get_one(Appointment, visits[2].appointments[0].id)
        assert kept.impossible_since is None
        assert kept.starts_at == TEN


async def test_a_held_time_inside_a_block_is_counted_and_can_not_be_booked(database: Database) -> None:
    await open_clinic(database, CLINIC)
    async with database.write() as session:
        _, token = await hold_slot(session, HoldRequest("visit", NINE, "one"), now=NOW)
    await visit(database, ELEVEN)

    outcome = await block(database, block_of(NINE, TEN))
    assert (len(outcome.blocks), outcome.visits, outcome.held) == (1, [], 1)
    async with database.read() as session:
        with pytest.raises(NotOpen):
            await book(session, details_of(token), now=NOW)

    await unblock(database, outcome.blocks[0].id)
    async with database.write() as session:
        assert len((await book(session, details_of(token), now=NOW)).appointments) == 1


async def test_a_series_is_removed_from_one_day_or_from_all(database: Database) -> None:
    await open_clinic(database, CLINIC)
    weekly = Weekly(frozenset({1, 3}), date(2026, 12, 31))
    outcome = await block(
        database,
        block_of(NINE.replace(tzinfo=None, hour=9), NINE.replace(tzinfo=None, hour=12), weekly=weekly),
    )
    assert len(outcome.blocks) == 12
    assert await starts_of(database) == []
    assert NINE + DAY in await starts_of(database, day=NINE + DAY)

    assert await unblock(database, outcome.blocks[0].id) == 1
    assert NINE in await starts_of(database)
    assert await starts_of(database, day=NINE + 2 * DAY) == []
    assert await unblock(database, outcome.blocks[1].id, whole_series=True) == 11
    assert NINE + 2 * DAY in await starts_of(database, day=NINE + 2 * DAY)
    with pytest.raises(NotFound):
        await unblock(database, outcome.blocks[1].id)
    with pytest.raises(NotFound):
        await unblock(database, uuid.uuid4())


async def test_a_block_at_one_location_leaves_the_other_open(database: Database) -> None:
    await open_clinic(database, two_places())
    wednesday = NINE + DAY  # Practitioner one is here, and on Tuesday at west.
    request = block_of(NINE, wednesday + timedelta(hours=3), location="here")
    await block(database, request)

    assert await starts_of(database) != []
    assert await starts_of(database, day=wednesday) == []


@pytest.mark.parametrize("other", [{"practitioner": "nobody"}, {"location": "nowhere"}])
async def test_an_unknown_practitioner_or_location_is_refused(
    database: Database, other: dict[str, str]
) -> None:
    await open_clinic(database, CLINIC)
    with pytest.raises(NotFound):
        await block(database, block_of(**other))  # type: ignore[arg-type]


async def test_loading_the_file_again_keeps_what_the_desk_wrote(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await block(database, block_of(NINE, TWELVE))
    await extra(database, SATURDAY)

    assert await open_clinic(database, CLINIC) == []
    await open_clinic(database, edit_file({'name = "Sample Clinic"': 'name = "Other Clinic"'}, CLINIC))
    assert await starts_of(database) == []
    assert SATURDAY in await starts_of(database, day=SATURDAY)


async def test_the_practitioners_calendar_shows_blocked_time_without_its_label(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await block(database, block_of(NINE, TEN, label="Dentist"))
    async with database.write() as session:
        token = await create_feed(session, "one", renew=False, now=NOW)
    async with database.read() as session:
        calendar = await render_feed(session, token, now=NOW)
        assert len(await blocks_between(session, NINE, TEN, practitioners=["one"])) == 1
    assert calendar is not None
    assert "20261124T090000" in calendar
    assert "Dentist" not in calendar
