"""The numbers of the front desk, on both databases, against a count of each visit in Python."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from booking.agenda.figures import Figures, Fill
from booking.agenda.numbers import MAX_DAYS, Numbers, numbers_of
from booking.agenda.refusals import SpanInReverse, SpanTooLong
from booking.appointments.status import set_status
from booking.storage.base import insert_rows
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus, BookingSource, Patient
from booking.storage.models.holds import Hold
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import CLINIC, NINE, RECEPTION, TEN, block, block_of, visit
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic
from tests.support.sql_statements import sql_statements

TORONTO = ZoneInfo("America/Toronto")
TUESDAY = date(2026, 11, 24)
HALF_HOUR = timedelta(minutes=30)
CANCELLED, NOSHOW = AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW


async def numbers(
    database: Database,
    first: date = TUESDAY,
    last: date = TUESDAY,
    *,
    only: str | None = None,
    now: datetime = NOW,
) -> Numbers:
    async with database.read() as session:
        return await numbers_of(session, first, last, only_practitioner=only, now=now)


async def test_visits_are_counted_by_status_and_the_cancelled_ones_stand_no_more(database: Database) -> None:
    await open_clinic(database, CLINIC)
    came, stayed_away, cancelled = [await visit(database, NINE + n * HALF_HOUR) for n in range(3)]
    for booking, status in ((came, AppointmentStatus.FULFILLED), (stayed_away, NOSHOW)):
        async with database.write() as session:
            appointment = booking.appointments[0].id
            await set_status(session, appointment, status, version=None, actor=RECEPTION, now=NINE)
    await cancelled.cancel(at=NOW)

    counted = await numbers(database, now=TEN + DAY)

    assert counted.total == Figures(
        statuses={AppointmentStatus.FULFILLED: 1, NOSHOW: 1, CANCELLED: 1}, due=2, lead_days=1
    )
    assert (counted.total.visits, counted.total.cancelled, counted.total.noshows) == (2, 1, 1)
    assert counted.total.noshow_percent == 50
    assert [(each.slug, each.figures.visits, each.fill) for each in counted.practitioners] == [
        ("one", 2, Fill(60, 180)),
        ("two", 0, Fill(0, 180)),
    ]
    assert counted.fill == Fill(60, 360)
    assert [(each.slug, each.name, each.figures) for each in counted.services] == [
        ("visit", {"en": "Visit"}, counted.total)
    ]
    assert [(each.source, each.figures) for each in counted.sources] == [
        (BookingSource.ONLINE, counted.total)
    ]


async def test_visits_to_come_are_no_reason_to_count_fewer_no_shows(database: Database) -> None:
    await open_clinic(database, CLINIC)
    missed = await visit(database, NINE)
    await visit(database, TEN)
    async with database.write() as session:
        appointment = missed.appointments[0].id
        await set_status(session, appointment, NOSHOW, version=None, actor=RECEPTION, now=NINE)
    assert (await numbers(database, now=TEN - HALF_HOUR)).total.noshow_percent == 100
    assert (await numbers(database, now=TEN)).total.noshow_percent == 50


async def test_blocked_time_is_no_working_time(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE)
    await block(database, block_of(TEN, TEN + timedelta(hours=1)))
    [one] = (await numbers(database, only="one")).practitioners
    assert (one.fill, one.fill.percent) == (Fill(30, 120), 25)


async def test_a_buffer_is_no_booked_time(database: Database) -> None:
    await open_clinic(database, small_clinic(service='buffer_after = "15 min"'))
    await visit(database, NINE)
    assert (await numbers(database)).fill == Fill(30, 180)


async def test_a_practitioner_sees_nothing_of_others(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE, "two")
    assert (await numbers(database, only="two")).total.visits == 1
    own = await numbers(database, only="one")
    assert own.is_empty
    assert [each.slug for each in own.practitioners] == ["one"]
    assert (own.fill, own.services, own.sources) == (Fill(0, 180), [], [])
    nobody = await numbers(database, only="nobody")
    assert (nobody.practitioners, nobody.fill.percent) == ([], None)


async def test_who_left_has_visits_and_no_hours(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE, "two")
    await open_clinic(database, small_clinic(practitioners=practitioner("one", "09:00-12:00")))
    counted = await numbers(database)
    assert [(each.slug, each.figures.visits, each.fill) for each in counted.practitioners] == [
        ("one", 0, Fill(0, 180)),
        ("two", 1, Fill(30, 0)),
    ]
    assert counted.practitioners[1].fill.percent is None
    assert counted.fill == Fill(0, 180)


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 11, 7), 25), (date(2027, 3, 14), 23), (TUESDAY, 24)])
async def test_days_are_the_clinics_own(database: Database, day: date, hours: int) -> None:
    await open_clinic(database, small_clinic(hours="00:00-24:00"))
    midnight = datetime(day.year, day.month, day.day, tzinfo=TORONTO)
    for start in (midnight, midnight + DAY - HALF_HOUR, midnight + DAY):  # on the wall clock
        await visit(database, start.astimezone(UTC))
    counted = await numbers(database, day, day)
    assert (counted.total.visits, counted.fill) == (2, Fill(60, hours * 60))


async def test_a_span_has_at_most_a_leap_year_and_does_not_end_before_it_begins(database: Database) -> None:
    await open_clinic(database, CLINIC)
    longest = TUESDAY + (MAX_DAYS - 1) * DAY
    assert (await numbers(database, TUESDAY, longest)).fill == Fill(0, MAX_DAYS * 360)
    with pytest.raises(SpanTooLong):
        await numbers(database, TUESDAY, longest + DAY)
    with pytest.raises(SpanInReverse):
        await numbers(database, TUESDAY, TUESDAY - DAY)


async def test_the_statements_do_not_grow(database: Database) -> None:
    await open_clinic(database, CLINIC)
    await visit(database, NINE)
    await numbers(database)  # What the catalogue decides is computed once.
    with sql_statements() as few:
        await numbers(database, only="one")
    for start in (TEN, TEN + HALF_HOUR):
        for who in ("one", "two"):
            await visit(database, start, who)
    with sql_statements() as many:
        await numbers(database)
    assert len(many) == len(few) <= 6


@dataclass(frozen=True)
class Row:
    """A visit of the model; `at` and `lead` are in minutes, from the first day's midnight and before `at`."""

    at: int
    minutes: int
    lead: int
    who: str
    service: str
    source: BookingSource
    status: AppointmentStatus
    squeeze_in: bool

    @property
    def starts_at(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=TORONTO).astimezone(UTC) + timedelta(minutes=self.at)

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(TORONTO).date()


DAYS = 18
"""More than two weeks: the database counts one at a time."""

midnights = st.integers(0, DAYS).map(lambda day: 1440 * day)
rows = st.lists(
    st.builds(
        Row,
        at=midnights | st.integers(0, DAYS * 288).map(lambda tick: 5 * tick),
        minutes=st.integers(1, 24).map(lambda ticks: 5 * ticks),
        lead=st.integers(-600, 400 * 1440),
        who=st.sampled_from(["one", "two"]),
        service=st.sampled_from(["visit", "talk"]),
        source=st.sampled_from(BookingSource),
        status=st.sampled_from(AppointmentStatus),
        squeeze_in=st.booleans(),
    ),
    max_size=16,
)
spans = st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1)).map(sorted)
TALK = '[[services]]\nslug = "talk"\nname = "Talk"\nduration = "30 min"\n[[practitioners]]'
MODELLED = CLINIC.replace("\n[[practitioners]]", f"\n{TALK}", 1).replace('["visit"]', '["visit", "talk"]')


async def fill_in(database: Database, visits: Sequence[Row]) -> None:
    """The database with exactly these visits, however they may overlap."""
    async with database.write() as session:
        for table in (Appointment, Hold, Patient):
            await session.execute(delete(table))
    if not visits:
        return
    patient = Patient(id=uuid.uuid4(), language="en", created_at=NOW)
    holds, appointments = [], []
    for number, row in enumerate(visits):
        place = {
            "id": uuid.uuid4(),
            "service": row.service,
            "practitioner": row.who,
            "location": "here",
            "starts_at": row.starts_at,
            "ends_at": row.starts_at + timedelta(minutes=row.minutes),
            "squeeze_in": row.squeeze_in,
            "created_at": row.starts_at - timedelta(minutes=row.lead),
        }
        token = number.to_bytes(32, "big")
        holds.append(Hold(**place, token_hash=token, expires_at=NOW, by_staff=True))
        appointments.append(
            Appointment(
                **place,
                reference=f"R{number}",
                status=row.status,
                source=row.source,
                patient=patient.id,
                manage_token_hash=token,
                changed_at=NOW,
                sequence=0,
            )
        )
    async with database.write() as session:
        await insert_rows(session, [patient])
        await insert_rows(session, holds)
        await insert_rows(session, appointments)


def figures_of(visits: Sequence[Row], now: datetime) -> Figures:
    standing = [row for row in visits if row.status is not CANCELLED]
    leads = [max(0, row.lead) // 1440 for row in standing]
    return Figures(
        statuses=Counter(row.status for row in visits),
        due=sum(row.starts_at <= now or row.status is NOSHOW for row in standing),
        lead_days=median_low(leads) if leads else None,
    )


def booked_minutes(visits: Sequence[Row]) -> int:
    return sum(row.minutes for row in visits if row.status is not CANCELLED and not row.squeeze_in)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=rows, span=spans, begun=st.integers(0, DAYS * 1440))
async def test_the_database_counts_as_somebody_with_a_list_would(
    database: Database, visits: list[Row], span: list[int], begun: int
) -> None:
    await open_clinic(database, MODELLED)
    await fill_in(database, visits)
    first, last = (date(2026, 11, 23) + n * DAY for n in span)
    now = datetime(2026, 11, 23, 5, tzinfo=UTC) + timedelta(minutes=begun)

    counted = await numbers(database, first, last, now=now)

    inside = [row for row in visits if first <= row.day <= last]
    days = (last - first).days + 1
    assert counted.total == figures_of(inside, now)
    assert counted.fill == Fill(booked_minutes(inside), 2 * days * 180)
    by_who = {who: [row for row in inside if row.who == who] for who in ("one", "two")}
    assert [(each.slug, each.figures, each.fill) for each in counted.practitioners] == [
        (who, figures_of(own, now), Fill(booked_minutes(own), days * 180)) for who, own in by_who.items()
    ]
    by_service = {kind: [row for row in inside if row.service == kind] for kind in ("visit", "talk")}
    assert [(each.slug, each.figures) for each in counted.services] == [
        (kind, figures_of(alike, now)) for kind, alike in by_service.items() if alike
    ]
    by_source = {source: [row for row in inside if row.source is source] for source in BookingSource}
    assert [(each.source, each.figures) for each in counted.sources] == [
        (source, figures_of(alike, now)) for source, alike in by_source.items() if alike
    ]
    own = await numbers(database, first, last, only="two", now=now)
    assert (own.total, own.practitioners) == (figures_of(by_who["two"], now), [counted.practitioners[1]])
