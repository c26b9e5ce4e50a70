"""The day that the front desk sees, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.agenda.day import day_agenda
from booking.agenda.values import Blocked, Column, DayAgenda, Gap, Held, Visit
from booking.appointments.book import book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.appointments.notes import write_note
from booking.appointments.status import set_status
from booking.patients.erase import erase_patients
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import (
    CLINIC,
    ELEVEN,
    NINE,
    RECEPTION,
    TEN,
    block,
    block_of,
    details_of,
    extra,
    visit,
)
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic, two_places
from tests.support.sql_statements import sql_statements

TUESDAY = date(2026, 11, 24)
HALF_HOUR = timedelta(minutes=30)
TWELVE = NINE + timedelta(hours=3)


async def agenda(
    database: Database,
    day: date = TUESDAY,
    *,
    only: str | None = None,
    with_names: bool = True,
    now: datetime = NOW,
) -> DayAgenda:
    async with database.read() as session:
        return await day_agenda(session, day, only_practitioner=only, with_names=with_names, now=now)


def outline(column: Column) -> list[tuple[str, datetime, datetime]]:
    return [(type(entry).__name__, entry.starts_at, entry.ends_at) for entry in column.entries]


async def test_a_column_has_visits_holds_blocks_and_gaps_in_order_of_time(database: Database) -> None:
    await open_clinic(database, CLINIC)
    booked = (await visit(database, NINE)).appointments[0]
    async with database.write() as session:
        held, _ = await hold_slot(session, HoldRequest("visit", TEN, "one"), now=NOW)
    await block(database, block_of(ELEVEN, ELEVEN + HALF_HOUR, label="Dentist"))

    shown = await agenda(database)

    one, two = shown.columns
    assert (one.practitioner, one.name, one.open) == ("one", "Sample Practitioner one", [(NINE, TWELVE)])
    assert outline(one) == [
        ("Visit", NINE, NINE + HALF_HOUR),
        ("Gap", NINE + HALF_HOUR, TEN),
        ("Held", TEN, TEN + HALF_HOUR),
        ("Gap", TEN + HALF_HOUR, ELEVEN),
        ("Blocked", ELEVEN, ELEVEN + HALF_HOUR),
        ("Gap", ELEVEN + HALF_HOUR, TWELVE),
    ]
    [first] = one.visits
    assert (first.id, first.reference, first.name) == (booked.id, booked.reference, "Sample Patient")
    assert (first.status, first.service_name) == (AppointmentStatus.BOOKED, {"en": "Visit"})
    assert [e.expires_at for e in one.entries if isinstance(e, Held)] == [held.expires_at]
    assert [(e.label, e.part) for e in one.entries if isinstance(e, Blocked)] == [("Dentist", 1)]
    assert one.next_free == NINE + HALF_HOUR
    assert outline(two) == [("Gap", NINE, TWELVE)]
    assert (shown.first, shown.end, shown.counts) == (NINE, TWELVE, {AppointmentStatus.BOOKED: 1})


async def test_buffers_are_no_free_time(database: Database) -> None:
    service = 'buffer_before = "5 min"\nbuffer_after = "10 min"'
    await open_clinic(database, small_clinic(service=service))
    await visit(database, TEN)
    [column] = (await agenda(database)).columns
    assert outline(column) == [
        ("Gap", NINE, TEN - timedelta(minutes=5)),
        ("Visit", TEN, TEN + HALF_HOUR),
        ("Gap", TEN + timedelta(minutes=40), TWELVE),
    ]


async def test_free_time_that_is_over_is_no_gap_and_the_rest_counts_from_the_next_tick(
    database: Database,
) -> None:
    await open_clinic(database, CLINIC)
    [column] = (await agenda(database, only="one", now=TEN + timedelta(minutes=2))).columns
    assert outline(column) == [("Gap", TEN + timedelta(minutes=5), TWELVE)]
    [column] = (await agenda(database, only="one", now=TWELVE)).columns
    assert outline(column) == []


async def test_next_free_is_the_first_gap_of_half_an_hour(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE + timedelta(minutes=15))
    [column] = (await agenda(database, only="one")).columns
    gaps = [entry for entry in column.entries if isinstance(entry, Gap)]
    assert [gap.is_next for gap in gaps] == [False, True]
    assert column.next_free == NINE + timedelta(minutes=45)


async def test_a_cancelled_visit_is_counted_and_its_time_is_free(database: Database) -> None:
    await open_clinic(database, CLINIC)
    booked = await visit(database, NINE)
    await booked.cancel(at=NOW)
    shown = await agenda(database, only="one")
    assert outline(shown.columns[0]) == [("Gap", NINE, TWELVE)]
    assert shown.counts == {AppointmentStatus.CANCELLED: 1}


async def test_an_arrived_patient_waits_since_then(database: Database) -> None:
    await open_clinic(database, CLINIC)
    booked = (await visit(database, NINE)).appointments[0]

    async def note(status: AppointmentStatus, now: datetime) -> Visit:
        async with database.write() as session:
            await set_status(session, booked.id, status, version=None, actor=RECEPTION, now=now)
        shown = await agenda(database, only="one", now=now)
        assert shown.counts == {status: 1}
        return shown.columns[0].visits[0]

    arrived = await note(AppointmentStatus.ARRIVED, NINE)
    assert (arrived.waiting_since, arrived.version) == (NINE, booked.version + 1)
    treated = await note(AppointmentStatus.CHECKED_IN, NINE + HALF_HOUR)
    assert (treated.waiting_since, treated.version) == (None, booked.version + 2)


async def test_a_squeeze_in_stands_beside_the_visit_and_takes_no_free_time(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE)
    async with database.write() as session:
        request = HoldRequest("visit", NINE, "one", by_staff=True, squeeze_in=True)
        _, token = await hold_slot(session, request, now=NOW)
    [column] = (await agenda(database, only="one")).columns
    [held] = [entry for entry in column.entries if isinstance(entry, Held)]
    assert (held.starts_at, held.by_staff, held.squeeze_in) == (NINE, True, True)
    async with database.write() as session:
        await book(session, details_of(token), now=NOW)

    [column] = (await agenda(database, only="one")).columns
    assert [(seen.starts_at, seen.squeeze_in) for seen in column.visits] == [(NINE, False), (NINE, True)]
    assert outline(column)[2:] == [("Gap", NINE + HALF_HOUR, TWELVE)]


async def test_a_visit_with_a_note_says_so(database: Database) -> None:
    await open_clinic(database, CLINIC)
    booked = (await visit(database, NINE)).appointments[0]
    assert [seen.has_note for seen in (await agenda(database)).columns[0].visits] == [False]
    async with database.write() as session:
        await write_note(session, booked.id, "Comes by taxi", version=None, actor=RECEPTION, now=NOW)
    [seen] = (await agenda(database, with_names=False)).columns[0].visits
    assert (seen.has_note, seen.version) == (True, booked.version + 1)


async def test_a_visit_inside_blocked_time_stays_and_cuts_it(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, TEN)
    await block(database, block_of(NINE - DAY, TWELVE + DAY, label="Ill"), over_visits=True)
    [column] = (await agenda(database, only="one")).columns
    assert outline(column) == [
        ("Blocked", NINE, TEN),
        ("Visit", TEN, TEN + HALF_HOUR),
        ("Blocked", TEN + HALF_HOUR, TWELVE),
    ]
    assert [entry.part for entry in column.entries if isinstance(entry, Blocked)] == [1, 2]
    assert [seen.is_possible for seen in column.visits] == [False]


async def test_extra_hours_are_part_of_the_day_and_widen_it(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await extra(database, TWELVE + HALF_HOUR)
    shown = await agenda(database, only="one")
    until = TWELVE + HALF_HOUR + timedelta(hours=2)
    assert shown.columns[0].open == [(NINE, TWELVE), (TWELVE + HALF_HOUR, until)]
    assert (shown.first, shown.end) == (NINE, until + HALF_HOUR)


async def test_names_that_are_hidden_or_erased_are_not_there(database: Database) -> None:
    await open_clinic(database, CLINIC)
    first, second = await visit(database, NINE), await visit(database, TEN)
    hidden = (await agenda(database, with_names=False)).columns[0].visits
    assert [seen.name for seen in hidden] == [None, None]
    async with database.write() as session:
        await erase_patients(session, [first.appointments[0].patient], now=NINE + DAY)
    names = {seen.id: seen.name for seen in (await agenda(database)).columns[0].visits}
    assert names == {first.appointments[0].id: None, second.appointments[0].id: "Sample Patient"}


async def test_a_practitioner_sees_only_the_own_column_and_no_count_of_others(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE, "two")
    shown = await agenda(database, only="one")
    assert [column.practitioner for column in shown.columns] == ["one"]
    assert shown.counts == {}
    assert (await agenda(database, only="nobody")).columns == []


async def test_a_practitioner_who_left_is_there_while_there_are_visits(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE, "two")
    await open_clinic(database, small_clinic(practitioners=practitioner("one", "09:00-12:00")))
    assert [column.practitioner for column in (await agenda(database)).columns] == ["one", "two"]
    assert [column.practitioner for column in (await agenda(database, TUESDAY + DAY)).columns] == ["one"]


async def test_a_day_on_which_nobody_works_is_closed(database: Database) -> None:
    await open_clinic(database, CLINIC.replace('mon-sun = ["09:00', 'mon-fri = ["09:00'))
    shown = await agenda(database, date(2026, 11, 28))
    assert shown.is_closed
    assert (shown.end - shown.first) == timedelta(hours=10)
    assert not (await agenda(database)).is_closed


async def test_a_practitioner_of_two_locations_has_one_column(database: Database) -> None:
    await open_clinic(database, two_places())
    shown = await agenda(database)
    assert [(column.practitioner, column.open) for column in shown.columns] == [
        ("one", [(NINE, TWELVE)]),
        ("two", [(NINE, TWELVE)]),
    ]


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 11, 7), 25), (date(2027, 3, 14), 23), (TUESDAY, 24)])
async def test_the_day_is_the_clinics_own_also_when_the_clocks_change(
    database: Database, day: date, hours: int
) -> None:
    await open_clinic(database, small_clinic(hours="00:00-24:00"))
    shown = await agenda(database, day)
    assert shown.end - shown.first == timedelta(hours=hours)
    assert [outline(column) for column in shown.columns] == [[("Gap", shown.first, shown.end)]]
    assert shown.first.astimezone(shown.zone).isoformat()[:16] == f"{day}T00:00"


async def test_the_repeated_hour_of_autumn_has_both_its_visits(database: Database) -> None:
    await open_clinic(database, small_clinic(hours="00:00-24:00"))
    first = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)  # 1:30 in summer time
    second = first + timedelta(hours=1)  # 1:30 again
    now = first - timedelta(days=2)
    async with database.write() as session:
        for start in (second, first):
            await hold_slot(session, HoldRequest("visit", start, "one"), now=now)
    shown = await agenda(database, date(2027, 11, 7), now=now)
    held = [entry for entry in shown.columns[0].entries if isinstance(entry, Held)]
    assert [entry.starts_at for entry in held] == [first, second]
    assert [f"{each.starts_at.astimezone(shown.zone):%H:%M}" for each in held] == ["01:30", "01:30"]


async def test_the_statements_do_not_grow_with_practitioners_and_visits(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE)
    await agenda(database)  # What the catalogue decides is computed once.
    with sql_statements() as few:
        await agenda(database, only="one")
    for start in (TEN, ELEVEN):
        for who in ("one", "two"):
            await visit(database, start, who)
    with sql_statements() as many:
        await agenda(database)
    assert len(many) == len(few) <= 7
