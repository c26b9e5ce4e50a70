"""Bad days of the database: we say "try again", and nothing is half written."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.models.appointments import Hold
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.storage.test_constraints import NINE
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic, small_clinic
from tests.support.databases import Postgres
from tests.support.graphql_client import GraphQLClient, problem_types


async def hold(database: Database) -> None:
    async with database.write() as session:
        await hold_slot(session, HoldRequest("visit", NINE), now=NOW)


async def holds(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Hold)) or 0


async def test_a_writer_who_waits_too_long_is_asked_to_try_again(sqlite_url: str) -> None:
    database = Database(f"{sqlite_url}?timeout=0.05")
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


async def test_writers_of_one_process_take_turns_and_none_waits_for_ever(sqlite_url: str) -> None:
    database = Database(sqlite_url, patience=0.2)
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


async def test_whoever_comes_during_a_migration_is_asked_to_try_again(postgresql_url: str) -> None:
    database = Database(postgresql_url, patience=0.2)
    await open_clinic(database, small_clinic())
    async with database.engine.begin() as migrating:
        await migrating.execute(text("LOCK TABLE holds IN ACCESS EXCLUSIVE MODE"))

        with pytest.raises(TryAgain):
            await hold(database)

    await hold(database)
    await database.close()


async def test_a_process_that_falls_silent_locks_nobody_out_for_long(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.read() as session:
        assert await session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
    await database.close()


async def test_a_full_disk_refuses_and_keeps_what_was_there(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await open_clinic(database, small_clinic())

    async def fill_the_disk() -> None:
        async with database.write() as session:
            await session.execute(text("PRAGMA max_page_count = 1"))  # as small as it is now
            await session.execute(text("CREATE TABLE more AS SELECT hex(randomblob(1000000)) AS much"))

    with pytest.raises(TryAgain):
        await fill_the_disk()

    await database.close()
    again = Database(sqlite_url)
    await hold(again)
    await again.close()


async def test_a_read_only_database_is_asked_again_later(postgres: Postgres, postgresql_url: str) -> None:
    database = Database(postgresql_url)
    await open_clinic(database, small_clinic())
    async with database.read() as session:
        name = await session.scalar(text("SELECT current_database()"))
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await database.close()

    with pytest.raises(TryAgain):
        await hold(database)

    postgres.run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await database.close()
    await hold(database)
    await database.close()


async def test_a_connection_that_is_cut_leaves_nothing_half_written(
    postgres: Postgres, postgresql_url: str
) -> None:
    database = Database(postgresql_url)
    await open_clinic(database, small_clinic())

    async def cut_in_the_middle() -> None:
        async with database.write() as session:
            await hold_slot(session, HoldRequest("visit", NINE), now=NOW)
            backend = await session.scalar(text("SELECT pg_backend_pid()"))
            postgres.run(f"SELECT pg_terminate_backend({backend})")
            await session.execute(text("SELECT 1"))

    with pytest.raises(TryAgain):
        await cut_in_the_middle()

    assert await holds(database) == 0
    await hold(database)
    await database.close()


@pytest.mark.parametrize("is_noticed", [True, False])
async def test_a_connection_that_was_cut_while_nobody_used_it_is_replaced(
    postgres: Postgres, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, is_noticed: bool
) -> None:
    monkeypatch.setattr("booking.storage.engine.IDLE_CHECK_SECONDS", 1000 if is_noticed else -1)
    database = Database(postgresql_url)
    await open_clinic(database, small_clinic())
    name = database.engine.url.database
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    if is_noticed:
        await asyncio.sleep(0.1)  # The news of it comes in.

    assert await holds(database) == 0
    await database.close()


async def test_a_database_that_is_not_there_is_asked_again_later() -> None:
    for url in ("postgresql://nobody@127.0.0.1:1/nothing", "sqlite:////no/such/folder/clinic.sqlite3"):
        database = Database(url)
        with pytest.raises(TryAgain):
            await holds(database)
        await database.close()


async def test_a_mistake_of_ours_is_not_hidden(database: Database) -> None:
    async def ask_nonsense() -> None:
        async with database.read() as session:
            await session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(DBAPIError, match="nowhere"):
        await ask_nonsense()


async def test_a_partner_is_told_how_long_to_wait(sqlite_url: str) -> None:
    url = f"{sqlite_url}?timeout=0.05"
    database = Database(url)
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


async def test_who_is_cancelled_while_the_database_closes_leaves_nothing_open(database: Database) -> None:
    has_begun = asyncio.Event()
    given_back: list[object] = []
    event.listen(database.engine.sync_engine, "checkin", lambda *connection: given_back.append(connection))

    async def ask() -> None:
        async with database.write() as session:
            await session.scalar(text("SELECT 1"))
            has_begun.set()
            await asyncio.sleep(60)

    asking = asyncio.create_task(ask())
    await has_begun.wait()
    asking.cancel()
    await asyncio.sleep(0)  # It is on its way out.
    asking.cancel()
    await database.close()

    assert given_back
    with pytest.raises(asyncio.CancelledError):
        await asking
