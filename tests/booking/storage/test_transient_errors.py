"""Errors of the database that may pass are answered with "try again", and nothing is half written."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.models.holds import Hold
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.storage.test_constraints import NINE
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic, small_clinic
from tests.support.databases import Postgres, open_database
from tests.support.graphql_client import GraphQLClient, problem_types


async def hold(database: Database) -> None:
    async with database.write() as session:
        await hold_slot(session, HoldRequest("visit", NINE), now=NOW)


async def holds(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Hold)) or 0


async def test_a_writer_that_waits_too_long_is_asked_to_try_again(sqlite_url: str) -> None:
    database = open_database(f"{sqlite_url}?timeout=0.05")
    await open_clinic(database, small_clinic())
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(TryAgain):
        await hold(database)
    assert await holds(database) == 0, "readers don't wait"

    other.execute("ROLLBACK")
    other.close()
    await hold(database)
    await database.close()


async def test_writers_of_one_process_take_turns_in_order(sqlite_url: str) -> None:
    database = open_database(sqlite_url, patience=2)
    await open_clinic(database, small_clinic())
    order: list[int] = []
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.write():
            has_begun.set()
            await may_end.wait()

    async def later(number: int) -> None:
        async with database.write():
            order.append(number)

    holding = asyncio.create_task(first())
    await has_begun.wait()
    with pytest.raises(TryAgain):
        await later(0)
    waiting = [asyncio.create_task(later(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(holding, *waiting)

    assert order == [1, 2, 3]
    await database.close()


async def test_a_writer_during_a_migration_is_asked_to_try_again(postgresql_url: str) -> None:
    database, impatient = open_database(postgresql_url), open_database(postgresql_url, patience=0.2)
    await open_clinic(database, small_clinic())
    async with database.engine.begin() as migrating:
        await migrating.execute(text("LOCK TABLE holds IN ACCESS EXCLUSIVE MODE"))

        with pytest.raises(TryAgain):
            await hold(impatient)

    await hold(database)
    await impatient.close()
    await database.close()


async def test_a_silent_process_holds_its_locks_for_twenty_seconds_at_most(postgresql: Database) -> None:
    async with postgresql.read() as session:
        assert await session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "20s"


async def test_a_full_disk_refuses_a_write_and_loses_nothing(sqlite: Database, sqlite_url: str) -> None:
    await open_clinic(sqlite, small_clinic())

    async def fill_the_disk() -> None:
        async with sqlite.write() as session:
            await session.execute(text("PRAGMA max_page_count = 1"))  # as small as it is now
            await session.execute(text("CREATE TABLE more AS SELECT hex(randomblob(1000000)) AS much"))

    with pytest.raises(TryAgain):
        await fill_the_disk()

    await sqlite.close()
    again = open_database(sqlite_url)
    await hold(again)
    await again.close()


async def test_a_read_only_database_is_a_transient_error(postgres: Postgres, postgresql: Database) -> None:
    await open_clinic(postgresql, small_clinic())
    async with postgresql.read() as session:
        name = await session.scalar(text("SELECT current_database()"))
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await postgresql.close()

    with pytest.raises(TryAgain):
        await hold(postgresql)

    postgres.run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await postgresql.close()
    await hold(postgresql)


async def test_a_connection_that_is_cut_leaves_nothing_half_written(
    postgres: Postgres, postgresql: Database
) -> None:
    await open_clinic(postgresql, small_clinic())

    async def cut_in_the_middle() -> None:
        async with postgresql.write() as session:
            await hold_slot(session, HoldRequest("visit", NINE), now=NOW)
            backend = await session.scalar(text("SELECT pg_backend_pid()"))
            postgres.run(f"SELECT pg_terminate_backend({backend})")
            await session.execute(text("SELECT 1"))

    with pytest.raises(TryAgain):
        await cut_in_the_middle()

    assert await holds(postgresql) == 0
    await hold(postgresql)


@pytest.mark.parametrize("is_noticed", [True, False])
async def test_a_connection_that_was_cut_while_idle_is_replaced(
    postgres: Postgres, postgresql: Database, monkeypatch: pytest.MonkeyPatch, is_noticed: bool
) -> None:
    monkeypatch.setattr("booking.storage.engine.IDLE_CHECK_SECONDS", 1000 if is_noticed else -1)
    await open_clinic(postgresql, small_clinic())
    name = postgresql.engine.url.database
    others = f"FROM pg_stat_activity WHERE datname = '{name}'"
    postgres.run(f"SELECT pg_terminate_backend(pid, 30000) {others}")  # milliseconds until they are gone
    if is_noticed:
        await asyncio.sleep(0.1)  # asyncpg notices it

    assert await holds(postgresql) == 0


async def test_an_unreachable_database_is_a_transient_error() -> None:
    for url in ("postgresql://nobody@127.0.0.1:1/nothing", "sqlite:////no/such/folder/clinic.sqlite3"):
        database = open_database(url)
        with pytest.raises(TryAgain):
            await holds(database)
        await database.close()


async def test_a_mistake_in_a_statement_is_not_hidden(database: Database) -> None:
    async def select_from_nowhere() -> None:
        async with database.read() as session:
            await session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(DBAPIError, match="nowhere"):
        await select_from_nowhere()


async def test_a_partner_gets_the_seconds_to_wait(sqlite_url: str) -> None:
    url = f"{sqlite_url}?timeout=0.05"
    database = open_database(url)
    await open_clinic(database)
    await database.close()
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    async with asgi_client(create_app(Settings(database_url=url), now=lambda: NOW)) as http:
        api = GraphQLClient(http)
        other.execute("BEGIN IMMEDIATE")

        refused = await api.hold("2026-11-24T09:00:00-05:00")
        assert problem_types(refused) == ["TryAgain"]
        assert refused["problems"][0]["retryAfterSeconds"] == 5

        other.execute("ROLLBACK")
        assert (await api.hold("2026-11-24T09:00:00-05:00"))["problems"] == []
    other.close()


async def test_a_task_cancelled_during_close_leaves_no_connection_open(
    database: Database,
) -> None:
    has_begun = asyncio.Event()
    returned: list[object] = []
    event.listen(database.engine.sync_engine, "checkin", lambda *connection: returned.append(connection))

    async def write_slowly() -> None:
        async with database.write() as session:
            await session.scalar(text("SELECT 1"))
            has_begun.set()
            await asyncio.sleep(60)

    writing = asyncio.create_task(write_slowly())
    await has_begun.wait()
    writing.cancel()
    await asyncio.sleep(0)  # It begins to leave its session.
    writing.cancel()
    await database.close()

    assert returned
    with pytest.raises(asyncio.CancelledError):
        await writing


async def test_a_database_is_closed_without_a_wait_for_its_own_connection(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.storage.database.CLOSE_TIMEOUT_SECONDS", 3600)
    assert await database.change_token.read() is not None

    async with asyncio.timeout(60):
        await database.close()
