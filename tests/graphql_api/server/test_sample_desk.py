"""The sample day of `serve --sample-desk`: plainly samples, in a new database alone."""

from datetime import UTC, datetime

from booking.agenda.day import day_agenda
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from graphql_api.cli.serving.sample_desk import prepare_sample_desk
from tests.support.clinics import open_clinic

MIDDAY = datetime(2026, 11, 23, 18, tzinfo=UTC)
"""A Monday, 13:00 in Toronto."""


async def test_a_new_database_gets_a_day_of_samples_in_every_status(database: Database) -> None:
    await open_clinic(database)

    await prepare_sample_desk(database, now=MIDDAY)

    async with database.read() as session:
        day = await day_agenda(session, MIDDAY.date(), now=MIDDAY)
    visits = [visit for column in day.columns for visit in column.visits]
    assert len(visits) > 8
    assert all(visit.name and visit.name.startswith("Sample Patient ") for visit in visits)
    assert {AppointmentStatus.FULFILLED, AppointmentStatus.NOSHOW, AppointmentStatus.BOOKED} <= {
        visit.status for visit in visits
    }
    assert any(column.next_free for column in day.columns)


async def test_a_second_start_adds_no_visits_and_makes_a_new_link(database: Database) -> None:
    await open_clinic(database)
    first = await prepare_sample_desk(database, now=MIDDAY)
    async with database.read() as session:
        before = (await day_agenda(session, MIDDAY.date(), now=MIDDAY)).counts

    second = await prepare_sample_desk(database, now=MIDDAY)

    async with database.read() as session:
        assert (await day_agenda(session, MIDDAY.date(), now=MIDDAY)).counts == before
    assert first != second
