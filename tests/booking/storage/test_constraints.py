"""Constraints, column types and rollbacks of the database itself, on SQLite and PostgreSQL alike."""

import asyncio
import traceback
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.errors import SlotTaken
from booking.encryption.cipher import Ciphertext
from booking.scheduling.slots import nearest_slots
from booking.storage.connection.postgresql_url import UnusableUrl
from booking.storage.database import Database
from booking.storage.models.appointments import Patient
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from booking.storage.queries.clock import current_time
from tests.support.clinics import NOW, open_clinic, small_clinic

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)


def hold(**other: object) -> Hold:
    values = {
        "id": uuid.uuid4(),
        "token_hash": uuid.uuid4().bytes,
        "service": "visit",
        "practitioner": "one",
        "location": "here",
        "starts_at": NINE,
        "ends_at": NINE + timedelta(minutes=30),
        "created_at": NOW,
        "expires_at": NOW,
    }
    return Hold(**(values | other))


def test_only_sqlite_and_postgresql_are_supported() -> None:
    with pytest.raises(UnusableUrl, match="mysql"):
        Database("mysql://somewhere/else")


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2027, 3, 14, 6, 59, 59, 999_999, tzinfo=UTC),
        datetime(2027, 11, 7, 1, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2027, 11, 7, 1, 30, tzinfo=timezone(timedelta(hours=-4))),
    ],
)
async def test_an_instant_survives_the_round_trip(database: Database, instant: datetime) -> None:
    await open_clinic(database, small_clinic())
    async with database.write() as session:
        session.add(hold(created_at=instant))
    async with database.read() as session:
        stored = (await session.scalars(select(Hold.created_at))).one()

    assert stored == instant
    assert stored.utcoffset() == timedelta(0)


async def test_a_naive_time_is_refused(database: Database) -> None:
    await open_clinic(database, small_clinic())

    with pytest.raises(StatementError, match="naive"):
        async with database.write() as session:
            session.add(hold(created_at=datetime(2027, 1, 1)))  # noqa: DTZ001


async def test_a_tick_has_one_owner(database: Database) -> None:
    await open_clinic(database, small_clinic())
    first, second = hold(), hold()
    async with database.write() as session:
        session.add_all([first, second])
    row = {"resource": "one", "tick": 7, "expires_at": None}
    async with database.write() as session:
        await session.execute(insert(Tick), [row | {"owner": first.id}])

    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(insert(Tick), [row | {"owner": second.id}])


async def test_a_tick_is_deleted_with_its_hold_and_needs_one(database: Database) -> None:
    await open_clinic(database, small_clinic())
    async with database.write() as session:
        held, _ = await hold_slot(session, HoldRequest("visit", NINE), now=NOW)
    async with database.write() as session:
        assert await session.scalar(select(func.count()).select_from(Tick)) == 6
        await session.execute(delete(Hold).where(Hold.id == held.id))
        assert await session.scalar(select(func.count()).select_from(Tick)) == 0

    orphan = {"resource": "one", "tick": 7, "owner": uuid.uuid4(), "expires_at": None}
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(insert(Tick), [orphan])


COLUMNS = "practitioner, first_day, begins, last_day, ends, weeks, until, time_zones"
AWAY = f"INSERT INTO recurring_time_off ({COLUMNS}) VALUES"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE services SET duration = 7",
        "UPDATE services SET duration = 0",
        "UPDATE services SET buffer_after = -5",
        "UPDATE services SET visits = 13",
        "UPDATE opening_hours SET closes = opens",
        "UPDATE opening_hours SET weekday = 7",
        "INSERT INTO day_hours (location, day, opens, closes) VALUES ('here', '2027-01-04', 600, 600)",
        "INSERT INTO day_hours (location, day, opens, closes) VALUES ('gone', '2027-01-04', 600, 660)",
        "UPDATE opening_hours SET first_day = '2027-01-04'",
        "UPDATE opening_hours SET last_day = '2027-01-04' WHERE practitioner IS NULL",
        "UPDATE opening_hours SET first_day = '2027-01-04', last_day = '2027-01-03' "
        "WHERE practitioner IS NOT NULL",
        "UPDATE opening_hours SET weeks = 2 WHERE practitioner IS NOT NULL",
        "UPDATE opening_hours SET weeks = 9, first_day = '2027-01-04' WHERE practitioner IS NOT NULL",
        f"{AWAY} ('one', '2027-01-04', 540, '2027-01-04', 540, 1, NULL, '[]')",
        f"{AWAY} ('one', '2027-01-04', 540, '2027-01-03', 600, 1, NULL, '[]')",
        f"{AWAY} ('one', '2027-01-04', 540, '2027-01-04', 600, 9, NULL, '[]')",
        f"{AWAY} ('one', '2027-01-04', 540, '2027-01-04', 600, 1, '2027-01-03', '[]')",
        "UPDATE clinic SET id = 2",
        "UPDATE holds SET ends_at = starts_at",
        "DELETE FROM practitioners",
        "DELETE FROM services",
    ],
)
async def test_an_invalid_row_is_refused_by_the_database(database: Database, statement: str) -> None:
    await open_clinic(database, small_clinic())
    async with database.write() as session:
        session.add(hold())

    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(text(statement))


async def test_an_error_shows_no_row(database: Database) -> None:
    nameless = {
        "id": uuid.uuid4(),
        "name": Ciphertext(b"Sample Patient"),
        "email_index": b"patient@example.com",
    }

    with pytest.raises(IntegrityError) as refused:
        async with database.write() as session:
            await session.execute(insert(Patient), [nameless | {"language": None, "created_at": NOW}])

    logged = "".join(traceback.format_exception(refused.value))
    assert "language" in logged
    assert "Sample Patient" not in logged
    assert "patient@example.com" not in logged


async def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    await open_clinic(database, small_clinic())

    async def hold_and_fail() -> None:
        async with database.write() as session:
            await hold_slot(session, HoldRequest("visit", NINE), now=NOW)
            raise RuntimeError("the process failed")

    with pytest.raises(RuntimeError):
        await hold_and_fail()

    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Hold)) == 0


async def test_of_many_holds_of_one_slot_one_succeeds(database: Database) -> None:
    await open_clinic(database, small_clinic())

    async def try_to_hold() -> str:
        try:
            async with database.write() as session:
                await hold_slot(session, HoldRequest("visit", NINE), now=NOW)
        except SlotTaken as refused:
            assert refused.wanted  # noqa: PT017
            async with database.read() as session:
                others = await nearest_slots(session, refused.wanted, now=NOW)
            return f"taken, {len(others)} others"
        return "held"

    outcomes = await asyncio.gather(*(try_to_hold() for _ in range(12)))

    assert sorted(outcomes) == ["held"] + ["taken, 3 others"] * 11


async def test_expired_holds_are_deleted_by_the_next_hold(database: Database) -> None:
    await open_clinic(database, small_clinic())
    for days in range(3):
        async with database.write() as session:
            await hold_slot(session, HoldRequest("visit", NINE), now=NOW + timedelta(hours=days))

    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Hold)) == 3
        assert await session.scalar(select(func.count()).select_from(Tick)) == 6
    async with database.write() as session:
        later = HoldRequest("visit", NINE + timedelta(days=2))
        await hold_slot(session, later, now=NOW + timedelta(days=1, hours=1, minutes=5))
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Hold)) == 2


async def test_the_clock_of_the_database_is_aware(database: Database) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    async with database.read() as session:
        now = await current_time(session)

    assert now.utcoffset() == timedelta(0)
    assert before < now < datetime.now(UTC) + timedelta(seconds=1)
