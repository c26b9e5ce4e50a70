"""What the desk sees: series as one line, and the visits in the way with other times for them."""

import uuid
from datetime import date, timedelta

import pytest

from booking.appointments.blocked_time.coming import (
    ComingBlock,
    coming_blocks,
    coming_extra_hours,
    standing_block,
    standing_extra_hours,
    visits_inside,
    visits_of_block,
)
from booking.domain.errors import NotFound
from booking.scheduling.blocked_time import Weekly
from booking.storage.database import Database
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import (
    CLINIC,
    NINE,
    SATURDAY,
    TEN,
    block,
    block_of,
    extra,
    unblock,
    visit,
)
from tests.support.clinics import NOW, open_clinic

HALF = timedelta(minutes=30)


async def test_a_series_is_one_line_with_the_days_that_are_still_to_come(database: Database) -> None:
    await open_clinic(database, CLINIC)
    wall = NINE.replace(tzinfo=None, hour=9)
    weekly = Weekly(frozenset({1}), date(2026, 12, 22))
    series = (await block(database, block_of(wall, wall + HALF, weekly=weekly))).blocks
    single = (await block(database, block_of(TEN, TEN + HALF, practitioner="two"))).blocks[0]
    hours = await extra(database, SATURDAY)
    await unblock(database, series[1].id)

    async with database.read() as session:
        everybody = await coming_blocks(session, ["one", "two"], now=NOW)
        later = await coming_blocks(session, ["one"], now=NINE + DAY)
        extra_hours = await coming_extra_hours(session, ["one", "two"], now=NOW)
    assert [[row.id for row in each.blocks] for each in everybody] == [
        [series[day].id for day in (0, 2, 3, 4)],
        [single.id],
    ]
    assert [(each.next.id, len(each.blocks)) for each in later] == [(series[2].id, 3)]
    assert [row.id for row in extra_hours] == [hours]


async def test_a_practitioner_finds_no_row_of_somebody_else(database: Database) -> None:
    await open_clinic(database, CLINIC)
    blocked = (await block(database, block_of(practitioner="one"))).blocks[0].id
    hours = await extra(database, SATURDAY)
    async with database.read() as session:
        assert (await standing_block(session, blocked, only_practitioner="one")).id == blocked
        assert (await standing_extra_hours(session, hours, only_practitioner="one")).id == hours
        for find, id_ in ((standing_block, blocked), (standing_extra_hours, hours)):
            with pytest.raises(NotFound):
                await find(session, id_, only_practitioner="two")
            with pytest.raises(NotFound):
                await find(session, uuid.uuid4())


async def test_the_visits_of_a_block_come_with_whom_to_call_and_other_times(database: Database) -> None:
    await open_clinic(database, CLINIC)
    inside, beside = await visit(database, NINE), await visit(database, TEN)
    blocked = (await block(database, block_of(NINE, TEN), over_visits=True)).blocks[0]

    async with database.read() as session:
        visits = await visits_of_block(session, ComingBlock([blocked]), now=NOW)
        [found] = await visits_inside(session, visits, now=NOW)
    assert visits == [inside.appointments[0].id]
    assert (found.name, found.phone, found.offered_at) == ("Sample Patient", "+14165550123", None)
    assert len(found.other_times) == 3
    assert beside.appointments[0].starts_at not in [slot.starts_at for slot in found.other_times]
