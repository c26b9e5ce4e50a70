"""The mark of a day changes when the day does, and watching it costs nothing meanwhile."""

from datetime import date, datetime, timedelta

from booking.agenda.changes import DayMarks
from booking.appointments.hold import HoldRequest, hold_slot
from booking.storage.database import Database
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import CLINIC, ELEVEN, NINE, TEN, block, block_of, visit
from tests.support.clinics import NOW, open_clinic
from tests.support.sql_statements import sql_statements

TUESDAY = date(2026, 11, 24)


async def mark(marks: DayMarks, day: date = TUESDAY, only: str | None = None, now: datetime = NOW) -> str:
    return await marks.of(day, only, now=now)


async def test_a_booking_a_block_and_a_cancellation_change_the_mark_of_their_day_alone(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC)
    marks = DayMarks(database)
    seen, next_day = [await mark(marks)], await mark(marks, TUESDAY + DAY)
    booking = await visit(database, NINE)
    seen.append(await mark(marks))
    await block(database, block_of(TEN, ELEVEN))
    seen.append(await mark(marks))
    await booking.cancel(at=NOW)
    seen.append(await mark(marks))
    assert len(set(seen)) == 4
    assert await mark(marks, TUESDAY + DAY) == next_day


async def test_the_mark_of_one_practitioner_does_not_tell_of_others(database: Database) -> None:
    await open_clinic(database, CLINIC)
    marks = DayMarks(database)
    before = await mark(marks, only="two"), await mark(marks)
    await visit(database, NINE, "one")
    after = await mark(marks, only="two"), await mark(marks)
    assert after[0] == before[0]
    assert after[1] != before[1]


async def test_a_hold_that_ends_changes_the_mark_without_a_commit(database: Database) -> None:
    await open_clinic(database, CLINIC)
    marks, now = DayMarks(database), NOW + timedelta(minutes=1)
    free = await mark(marks, now=now)
    async with database.write() as session:
        hold, _ = await hold_slot(session, HoldRequest("visit", NINE, "one"), now=now)
    held = await mark(marks, now=now)
    assert held != free
    assert await mark(marks, now=hold.expires_at - timedelta(seconds=1)) == held
    assert await mark(marks, now=hold.expires_at) == free


async def test_free_time_that_passes_changes_the_mark(database: Database) -> None:
    await open_clinic(database, CLINIC)
    marks = DayMarks(database)
    just_before = await mark(marks, now=NINE + timedelta(minutes=4))
    assert await mark(marks, now=NINE + timedelta(minutes=5)) == just_before
    assert await mark(marks, now=NINE + timedelta(minutes=5, seconds=1)) != just_before


async def test_watching_a_day_that_stays_as_it_is_sends_no_query(database: Database) -> None:
    await open_clinic(database, CLINIC)
    marks = DayMarks(database)
    first = await mark(marks, now=NOW + timedelta(seconds=1))
    with sql_statements() as statements:
        seen = [await mark(marks, now=NOW + timedelta(seconds=n)) for n in range(1, 6)]
    assert (seen, statements) == ([first] * 5, [])
