"""What needs an owner's care is read with as many statements for one visit as for many."""

from datetime import UTC, datetime, timedelta

from booking.agenda.care import Care, read_care
from booking.storage.database import Database
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, SAMPLE, load_clinic, open_clinic
from tests.support.sql_statements import sql_statements

A = "sample-practitioner-a"
TUESDAY = datetime(2026, 12, 1, 15, tzinfo=UTC)
EARLIER = SAMPLE.replace("valid_until = 2031-12-31", "valid_until = 2026-11-30", 1)


async def care_of(database: Database) -> Care:
    async with database.read() as session:
        return await read_care(session, now=NOW, language="en", languages=["en", "fr"])


async def book(database: Database, at: datetime) -> None:
    await make_booking(database, at, service="dry-needling", practitioner=A, now=NOW)


async def test_the_statements_do_not_grow_with_visits(database: Database) -> None:
    await open_clinic(database)
    await book(database, TUESDAY)
    with sql_statements() as few:
        await care_of(database)
    for weeks in (1, 2, 5):
        await book(database, TUESDAY + timedelta(weeks=weeks))
    await load_clinic(database, EARLIER)

    with sql_statements() as many:
        care = await care_of(database)

    assert len(few) == len(many)
    assert len(care.impossible) == 4
    assert care.visits_after == {(A, "dry-needling"): 4}


async def test_a_visit_on_the_last_day_of_a_certificate_comes_not_after_it(database: Database) -> None:
    await open_clinic(database)
    await book(database, TUESDAY)
    await load_clinic(database, EARLIER.replace("2026-11-30", "2026-12-01"))

    assert (await care_of(database)).visits_after == {}
