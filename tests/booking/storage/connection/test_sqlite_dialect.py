"""SQLite runs inside the event loop, and blocks it for nothing: no lock, no long statement, no commit."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from booking.domain.errors import TryAgain
from booking.storage.caches.change_token import change_token_of
from booking.storage.database import Database
from booking.storage.engine import engine_for
from tests.booking.extensions.extended_clinic import FOREVER
from tests.support.databases import open_database

CHANGE = text("CREATE TABLE IF NOT EXISTS changed (at INTEGER)")


@contextmanager
def lock_by_another_process(url: str) -> Iterator[None]:
    """As another process would hold it."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("COMMIT")
    other.close()


async def write(database: Database) -> None:
    async with database.write() as session:
        await session.execute(CHANGE)


async def read(database: Database) -> object:
    async with database.read() as session:
        return await session.scalar(text("SELECT 1"))


async def test_an_endless_statement_is_interrupted_and_the_next_one_runs(sqlite: Database) -> None:
    for session_of in (sqlite.read, sqlite.write):
        with pytest.raises(OperationalError, match="interrupted"):
            async with session_of() as session:
                await session.execute(text(FOREVER))
        await write(sqlite)
        assert await read(sqlite) == 1


async def test_a_writer_that_waits_for_the_lock_delays_no_reader(sqlite: Database, sqlite_url: str) -> None:
    with lock_by_another_process(sqlite_url):
        writing = asyncio.create_task(write(sqlite))
        for _ in range(20):
            assert await read(sqlite) == 1
            await asyncio.sleep(0.005)
        assert not writing.done()
    await writing


async def test_a_writer_that_gave_up_waiting_leaves_nothing_locked(sqlite_url: str) -> None:
    database = open_database(sqlite_url, patience=0.5)
    with lock_by_another_process(sqlite_url), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await write(database)
    await write(database)
    await database.close()


async def test_a_writer_that_is_cancelled_twice_delays_no_reader(sqlite: Database, sqlite_url: str) -> None:
    await write(sqlite)
    with lock_by_another_process(sqlite_url):
        writing = asyncio.create_task(write(sqlite))
        for _ in range(2):
            await asyncio.sleep(0.01)
            writing.cancel()
        async with asyncio.timeout(10):
            with pytest.raises(asyncio.CancelledError):
                await writing
            assert await read(sqlite) == 1
    await write(sqlite)


async def test_opening_a_locked_file_does_not_block_the_loop(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database = open_database(f"sqlite:///{file}")
    opening = asyncio.create_task(read(database))
    for _ in range(10):
        await asyncio.sleep(0.005)
    assert not opening.done()
    other.execute("COMMIT")
    assert await opening == 1
    other.close()
    await database.close()


async def test_a_reading_session_cannot_write(sqlite: Database) -> None:
    await write(sqlite)
    with pytest.raises(TryAgain):
        async with sqlite.read() as session:
            await session.execute(text("INSERT INTO changed VALUES (1)"))
    async with sqlite.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM changed")) == 0


async def test_a_half_read_result_pins_no_old_snapshot(sqlite: Database) -> None:
    await write(sqlite)
    async with sqlite.write() as session:
        await session.execute(text("INSERT INTO changed VALUES (1), (2)"))
    async with sqlite.read() as session:
        half_read = await session.execute(text("SELECT at FROM changed"))
        assert half_read.fetchone() == (1,)
    async with sqlite.write() as session:
        await session.execute(text("UPDATE changed SET at = 3"))
    async with sqlite.read() as session:
        assert await session.scalar(text("SELECT min(at) FROM changed")) == 3
    assert half_read.fetchone() in ((2,), None)


async def test_a_connection_of_a_session_runs_statements_itself(sqlite: Database) -> None:
    await write(sqlite)
    async with sqlite.write() as session:
        connection = await session.connection()
        await connection.execute(text("INSERT INTO changed VALUES (:at)"), [{"at": 1}, {"at": 2}])
        rows = (await connection.execute(text("SELECT at FROM changed ORDER BY at"))).fetchmany(5)
    assert rows == [(1,), (2,)]


async def test_a_commit_changes_the_next_token(sqlite: Database, sqlite_url: str) -> None:
    await write(sqlite)
    token = change_token_of(sqlite.engine)
    seen = await asyncio.gather(*(token.read() for _ in range(3)))
    assert len(set(seen)) == 1
    for _ in range(3):
        async with sqlite.write() as session:
            await session.execute(text("INSERT INTO changed VALUES (1)"))
        current = await token.read()
        assert current not in seen
        seen.append(current)
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other, other:
            other.execute("INSERT INTO changed VALUES (2)")
        await asyncio.sleep(0)  # this turn of the loop has read the token already
        assert await token.read() not in seen
    await token.close()


async def test_a_migration_is_never_interrupted(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booking.storage.connection.sqlite_dialect.INSTRUCTIONS_PER_STEP", 1000)
    long = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT count(*) FROM n"
    )
    database, unlimited = open_database(sqlite_url), engine_for(sqlite_url)
    with pytest.raises(OperationalError, match="interrupted"):
        async with database.write() as session:
            await session.execute(long)
    async with unlimited.connect() as connection:
        assert (await connection.execute(long)).scalar_one() == 100_000
    await database.close()
    await unlimited.dispose()
