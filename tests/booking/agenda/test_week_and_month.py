"""The week of a practitioner and the month of all, on both databases."""

from datetime import date, timedelta

from booking.agenda.month import month_counts
from booking.agenda.week import monday_of, week_agenda
from booking.appointments.book import book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.storage.database import Database
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import CLINIC, NINE, TEN, details_of, visit
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic
from tests.support.sql_statements import sql_statements

TUESDAY = date(2026, 11, 24)


async def test_a_week_is_seven_days_of_one_practitioner(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE)
    await visit(database, NINE + 2 * DAY)
    await visit(database, NINE, "two")
    monday = monday_of(TUESDAY)
    with sql_statements() as statements:
        async with database.read() as session:
            week = await week_agenda(session, "one", monday, now=NOW)
    assert len(statements) < 20
    assert [day.day for day in week.days] == [monday + n * DAY for n in range(7)]
    assert [[column.practitioner for column in day.columns] for day in week.days] == [["one"]] * 7
    assert [len(day.columns[0].visits) for day in week.days] == [0, 1, 0, 1, 0, 0, 0]
    async with database.read() as session:
        assert [day.columns for day in (await week_agenda(session, "x", monday, now=NOW)).days] == [[]] * 7


async def test_a_month_counts_visits_and_how_full_each_day_is(database: Database) -> None:
    service = 'buffer_after = "15 min"'
    people = practitioner("one", "09:00-12:00") + practitioner("two", "09:00-12:00")
    await open_clinic(database, small_clinic(service=service, practitioners=people))
    for start, who in ((NINE, "one"), (TEN, "one"), (TEN, "two")):
        await visit(database, start, who)
    async with database.read() as session:
        both = await month_counts(session, date(2026, 11, 23), date(2026, 11, 30))
        own = await month_counts(session, TUESDAY, TUESDAY, only_practitioner="two")
    assert [count.visits for count in both] == [0, 3, 0, 0, 0, 0, 0, 0]
    assert (both[1].working, both[1].free) == (timedelta(hours=6), timedelta(hours=3, minutes=45))
    assert both[1].fill == 0.375
    assert [(count.visits, count.fill) for count in own] == [(1, 0.25)]


async def test_a_squeeze_in_is_a_visit_of_the_month_and_fills_nothing(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE)
    async with database.write() as session:
        request = HoldRequest("visit", NINE, "one", by_staff=True, squeeze_in=True)
        await book(session, details_of((await hold_slot(session, request, now=NOW))[1]), now=NOW)
    async with database.read() as session:
        [count] = await month_counts(session, TUESDAY, TUESDAY, only_practitioner="one")
    assert (count.visits, count.free) == (2, timedelta(hours=2, minutes=30))
