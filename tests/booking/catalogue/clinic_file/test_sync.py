"""A file applied is the clinic in the database; appointments survive whatever is edited."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from booking.appointments.book import BookingRequest, book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.screening import Answer
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from tests.support.clinics import (
    NOW,
    SAMPLE,
    asking_for_consent,
    edit_file,
    load_clinic,
    open_clinic,
    small_clinic,
    two_places,
)
from tests.support.databases import core_tables, open_database, sqlite_copy
from tests.support.graphql_client import QUESTIONS

UNTIL = "valid_until = 2026-12-18 }]"
TUESDAY = datetime(2026, 12, 15, 15, tzinfo=UTC)


async def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    async with database.read() as session:
        found = {}
        for table in core_tables():
            columns = [column.key for column in inspect(table).columns]
            all_rows = (await session.scalars(select(table))).all()
            found[table.__name__] = [{key: getattr(row, key) for key in columns} for row in all_rows]
        return found


async def book_appointment_with(database: Database, practitioner: str) -> str:
    """The reference of a booked appointment of dry needling."""
    async with database.write() as session:
        request = HoldRequest("dry-needling", TUESDAY, practitioner)
        _, token = await hold_slot(session, request, now=NOW)
    async with database.write() as session:
        answers = dict.fromkeys(QUESTIONS, Answer.NO)
        details = BookingRequest(
            [token], False, "Sample Patient", "patient@example.com", "416 555 0123", answers, "en"
        )
        return (await book(session, details, now=NOW)).appointments[0].reference


async def test_applying_a_file_twice_changes_nothing(database: Database) -> None:
    assert await load_clinic(database) != []
    before = await rows(database)

    assert await load_clinic(database) == []
    assert await rows(database) == before


async def test_many_replicas_that_start_at_once_load_the_file_once(database: Database) -> None:
    changes = await asyncio.gather(*(load_clinic(database) for _ in range(4)))

    assert sorted(len(change) > 0 for change in changes) == [False, False, False, True]


@pytest.mark.parametrize(
    ("edits", "changes"),
    [
        ({"416.545.1881": "416.555.0123"}, ["The clinic's phone, phone_shown changed."]),
        ({'horizon = "60 days"': 'horizon = "90 days"'}, ["The clinic's horizon changed."]),
        ({'duration = "45 min"': 'duration = "50 min"'}, ["Service 'dry-needling': duration changed."]),
        ({'["07:00-15:00"]': '["08:00-15:00"]'}, ["OpeningHours: 4 added, 4 removed."]),
        ({"valid_until = 2026-12-18": "valid_until = 2027-12-18"}, ["Certification: 1 added, 1 removed."]),
        ({"time_off = [{ from = 2026-12-14, to = 2026-12-16 }]": ""}, ["TimeOff: 0 added, 1 removed."]),
        ({"to = 2027-01-01": "to = 2027-01-02"}, ["Closure: 1 added, 1 removed."]),
        (
            {'yes = "call"\nunsure = "call"': 'yes = "call"\nunsure = "tell"'},
            ["ScreeningQuestion 'pregnancy': if_unsure changed."],
        ),
        ({'"CA-ON"': "false"}, ["Location 'main-street': public_holidays changed."]),
    ],
)
async def test_an_edited_file_changes_just_what_was_edited(
    database: Database, edits: dict[str, str], changes: list[str]
) -> None:
    await load_clinic(database)

    assert await load_clinic(database, edit_file(edits)) == changes
    assert await load_clinic(database, edit_file(edits)) == []
    assert len(await load_clinic(database)) == 1, "and back again"


async def test_a_practitioner_gone_from_the_file_is_withdrawn_and_their_appointments_stay(
    database: Database,
) -> None:
    await load_clinic(database)
    reference = await book_appointment_with(database, "sample-practitioner-a")
    start, end = (
        SAMPLE.index('[[practitioners]]\nslug = "sample-practitioner-a"'),
        SAMPLE.index('[[practitioners]]\nslug = "sample-practitioner-b"'),
    )

    changes = await load_clinic(database, SAMPLE[:start] + SAMPLE[end:])

    assert "Practitioner 'sample-practitioner-a' was withdrawn." in changes
    assert changes[-1] == (
        f"Appointment {reference} on 2026-12-15 at 10:00 is kept, but Sample Practitioner A was withdrawn. "
        "Please call the patient."
    )
    async with database.read() as session:
        assert (await session.scalars(select(Appointment.reference))).all() == [reference]
    assert "Practitioner 'sample-practitioner-a': listed changed." in await load_clinic(database)


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ({"valid_until = 2026-12-18": "valid_until = 2026-12-14"}, "has no certificate for it on that day"),
        (
            {UNTIL: UNTIL + "\ntime_off = [{ from = 2026-12-15, to = 2026-12-15 }]"},
            "is away",
        ),
        ({'[[locations]]\nslug = "main-street"': '[[locations]]\nslug = "other"'}, "withdrawn"),
    ],
)
async def test_appointments_that_an_edit_affects_stay_and_are_named(
    database: Database, edits: dict[str, str], reason: str
) -> None:
    await load_clinic(database)
    reference = await book_appointment_with(database, "sample-practitioner-c")

    changes = await load_clinic(database, edit_file(edits))

    assert changes[-1].startswith(f"Appointment {reference} on 2026-12-15 at 10:00 is kept, but ")
    assert reason in changes[-1]
    async with database.read() as session:
        kept = (await session.scalars(select(Appointment))).one()
    assert (kept.reference, kept.status, kept.starts_at) == (reference, "booked", TUESDAY)


async def test_time_off_is_on_the_clinics_clock(database: Database) -> None:
    await load_clinic(database)

    (off,) = (await rows(database))["TimeOff"]

    assert off["starts_at"] == datetime(2026, 12, 14, 5, tzinfo=UTC)
    assert off["ends_at"].replace(microsecond=0) == datetime(2026, 12, 17, 4, 59, 59, tzinfo=UTC)


async def test_time_off_may_have_an_offset_of_its_own(database: Database) -> None:
    off = {"{ from = 2026-12-14,": "{ from = 2026-12-14T10:00:00-08:00,"}

    await load_clinic(database, edit_file(off))

    (away,) = (await rows(database))["TimeOff"]
    assert away["starts_at"] == datetime(2026, 12, 14, 18, tzinfo=UTC)
    assert await load_clinic(database, edit_file(off)) == []


async def test_a_clinic_of_one_language_writes_plain_texts(database: Database) -> None:
    await load_clinic(database, small_clinic())

    (service,) = (await rows(database))["Service"]
    assert service["name"] == {"en": "Visit"}


@pytest.mark.parametrize("text", [SAMPLE, small_clinic(), two_places(), asking_for_consent()])
async def test_the_clinic_of_other_tests_is_as_a_load_makes_it(
    database: Database, migrated_sqlite: Path, tmp_path: Path, text: str
) -> None:
    """They insert the rows of a file that was loaded before."""
    loaded, opened_before = (fresh_sqlite(migrated_sqlite, tmp_path / name) for name in ("a", "b"))
    changes = await load_clinic(loaded, text)
    await open_clinic(opened_before, text)

    assert await open_clinic(database, text) == changes
    assert catalogue(await rows(database)) == catalogue(await rows(loaded))
    assert await load_clinic(database, text) == []
    await asyncio.gather(loaded.close(), opened_before.close())


def fresh_sqlite(migrated: Path, folder: Path) -> Database:
    folder.mkdir()
    return open_database(sqlite_copy(migrated, folder))


def catalogue(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Without what differs from database to database."""
    del rows["KeyStoreReference"], rows["Clinic"][0]["catalogue_revision"]
    return rows
