"""Triggers raise the catalogue's revision with each change to it, by any statement of any process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import select, text

from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.base import Table
from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.catalogue.hours import TimeOff
from booking.storage.session import BookingSession
from tests.booking.extensions.extended_clinic import NINE, TEN
from tests.support.clinics import NOW, asking_for_consent, edit_file, open_clinic, small_clinic
from tests.support.sql_statements import sql_statements

ROOM = '[[resources]]\nslug = "room"\nname = "Room"\nkind = "room"\n'
WEEKLY = '{ from = 2026-12-07, to = 2026-12-07, every = "2 weeks" }, { from = 2026-12-14'
SPECIAL = 'special_hours = [{ date = 2026-12-23, times = ["07:00-12:00"] }]'
FILE = edit_file(
    {
        "[[locations.closures]]": f"{ROOM}[[locations.closures]]",
        "public_holidays =": f"{SPECIAL}\npublic_holidays =",
        "{ from = 2026-12-14": WEEKLY,
    },
    asking_for_consent(),
)
CATALOGUE = {
    "certifications": "kind",
    "closures": "reason",
    "consent_texts": "text",
    "day_hours": "opens",
    "locations": "position",
    "opening_hours": "opens",
    "practitioners": "position",
    "recurring_time_off": "ends",
    "resources": "position",
    "screening_questions": "text",
    "service_offers": "service",
    "service_screening": "position",
    "services": "position",
    "time_off": "ends_at",
}
"""Tables of the catalogue, with a column of each."""
DESK = {
    "blocked_times": "INSERT INTO blocked_times (id, practitioner, location, kind, series, {columns}) "
    "VALUES ('{id}', '{practitioner}', NULL, 'break', NULL, {values})",
    "extra_hours": "INSERT INTO extra_hours (id, practitioner, location, {columns}) "
    "VALUES ('{id}', '{practitioner}', '{location}', {values})",
}
"""Tables that the front desk writes, which decide about open times too."""
LEAVES = (
    *("certifications", "closures", "day_hours", "opening_hours"),
    *("recurring_time_off", "service_offers", "service_screening", "time_off"),
)
OTHERS = {
    *("clinic", "ticks", "holds", "patients", "courses", "appointments", "reminders", "reminder_plan"),
    "spent_limits",
}
IMAGES = {"mail_logo", "practitioner_photos"}
"""`tests/booking/notifications/test_logo.py` and `tests/web/test_photos.py` change them beside a server
that has read them."""


async def revision(database: Database) -> str:
    async with database.read() as session:
        return (await session.scalars(select(Clinic.catalogue_revision))).one()


async def run(database: Database, statement: str) -> None:
    async with database.write() as session:
        await session.execute(text(statement))


@asynccontextmanager
async def rolled_back(database: Database) -> AsyncIterator[BookingSession]:
    """A transaction that is rolled back."""
    with suppress(ZeroDivisionError):
        async with database.write() as session:
            yield session
            raise ZeroDivisionError


def test_every_table_of_the_catalogue_is_listed_here() -> None:
    names = {
        mapper.class_.__tablename__
        for mapper in Table.registry.mappers
        if {"appointments", "blocked_time", "catalogue", "holds", "ticks"}
        & set(mapper.class_.__module__.split(".")[3:])
    }
    assert names == CATALOGUE.keys() | DESK.keys() | OTHERS | IMAGES


@pytest.mark.parametrize("table", CATALOGUE)
async def test_each_change_to_the_catalogue_raises_it(database: Database, table: str) -> None:
    await open_clinic(database, FILE)
    seen = [await revision(database)]

    await run(database, f"UPDATE {table} SET {CATALOGUE[table]} = {CATALOGUE[table]}")
    seen.append(await revision(database))
    if table in LEAVES:
        await run(database, f"DELETE FROM {table}")
        seen.append(await revision(database))
        await open_clinic(database, FILE)  # They are inserted again.
        seen.append(await revision(database))

    assert "" not in seen
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("table", DESK)
async def test_each_change_of_blocked_time_and_extra_hours_raises_it(database: Database, table: str) -> None:
    await open_clinic(database, small_clinic())
    seen = [await revision(database)]
    row = {
        "starts_at": "'2026-11-24 14:00:00+00:00'",
        "ends_at": "'2026-11-24 15:00:00+00:00'",
        "label": "''",
        "created_at": "'2026-11-23 12:00:00+00:00'",
        "created_by": "'staff'",
    }
    insert = DESK[table].format(
        id="0" * 32,
        practitioner="one",
        location="here",
        columns=", ".join(row),
        values=", ".join(row.values()),
    )
    for statement in (insert, f"UPDATE {table} SET label = 'Lunch'", f"DELETE FROM {table}"):
        await run(database, statement)
        seen.append(await revision(database))

    assert len(set(seen)) == len(seen)


async def test_a_revision_that_was_rolled_back_never_comes_again(database: Database) -> None:
    await open_clinic(database, small_clinic())
    before = await revision(database)
    await run(database, "UPDATE clinic SET phone_shown = phone_shown")
    assert await revision(database) == before

    seen = {before}
    for _ in range(3):
        async with rolled_back(database) as session:
            await session.execute(text("UPDATE services SET position = 7"))
            seen.add((await session.scalars(select(Clinic.catalogue_revision))).one())
    assert len(seen) == 4
    assert await revision(database) == before


async def open_at_nine(database: Database) -> bool:
    async with database.read() as session:
        criteria = await slot_criteria(session, "visit")
        slots = await find_slots(session, criteria, NINE.date(), NINE.date(), now=NOW)
    return NINE in [slot.starts_at for slot in slots]


async def test_slots_are_computed_from_cached_values_until_the_catalogue_changes(database: Database) -> None:
    await open_clinic(database, small_clinic())
    assert await open_at_nine(database)
    with sql_statements() as sent:
        assert await open_at_nine(database)
    assert len(sent) == 2, "the clinic, and reserved times"

    async with database.write() as session:
        session.add(TimeOff(practitioner="one", starts_at=NINE, ends_at=TEN))
    assert not await open_at_nine(database)


async def test_an_uncommitted_change_is_seen_by_its_own_transaction_alone(
    database: Database,
) -> None:
    await open_clinic(database, small_clinic())
    assert await open_at_nine(database)

    async with rolled_back(database) as session:
        session.add(TimeOff(practitioner="one", starts_at=NINE, ends_at=TEN))
        await session.flush()
        criteria = await slot_criteria(session, "visit")
        slots = await find_slots(session, criteria, NINE.date(), NINE.date(), now=NOW)
        assert slots
        assert NINE not in [slot.starts_at for slot in slots]

    assert await open_at_nine(database)
