"""SQLite is asked within the event loop; what could hold that up does not."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from booking.domain.errors import TryAgain
from booking.storage.change_token import change_token_of
from booking.storage.database import Database
from booking.storage.engine import engine_for
from tests.booking.extensions.extended_clinic import FOREVER

CHANGE = text("CREATE TABLE IF NOT EXISTS changed (at INTEGER)")


@contextmanager
def somebody_writing(url: str) -> Iterator[None]:
    """In another process, say."""
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


async def test_a_statement_without_end_is_ended_and_the_next_is_answered(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    for asked in (database.read, database.write):
        with pytest.raises(OperationalError, match="interrupted"):
            async with asked() as session:
                await session.execute(text(FOREVER))
        await write(database)
        assert await read(database) == 1
    await database.close()


async def test_who_waits_for_another_writer_keeps_nobody_from_reading(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with somebody_writing(sqlite_url):
        writing = asyncio.create_task(write(database))
        for _ in range(20):
            assert await read(database) == 1
            await asyncio.sleep(0.005)
        assert not writing.done()
    await writing
    await database.close()


async def test_who_gives_up_waiting_leaves_the_next_a_free_way(sqlite_url: str) -> None:
    database = Database(sqlite_url, patience=0.5)
    with somebody_writing(sqlite_url), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await write(database)
    await write(database)
    await database.close()


async def test_a_writer_that_is_cancelled_twice_keeps_nobody_waiting(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await write(database)
    with somebody_writing(sqlite_url):
        writing = asyncio.create_task(write(database))
        for _ in range(2):
            await asyncio.sleep(0.01)
            writing.cancel()
        async with asyncio.timeout(1):
            with pytest.raises(asyncio.CancelledError):
                await writing
            assert await read(database) == 1
    await write(database)
    await database.close()


async def test_who_opens_a_file_that_is_locked_keeps_nobody_waiting(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database = Database(f"sqlite:///{file}")
    opening = asyncio.create_task(read(database))
    for _ in range(10):
        await asyncio.sleep(0.005)
    assert not opening.done()
    other.execute("COMMIT")
    assert await opening == 1
    other.close()
    await database.close()


async def test_who_only_reads_cannot_write(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await write(database)
    with pytest.raises(TryAgain):
        async with database.read() as session:
            await session.execute(text("INSERT INTO changed VALUES (1)"))
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM changed")) == 0
    await database.close()


async def test_a_result_that_is_half_read_holds_nobody_in_the_past(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await write(database)
    async with database.write() as session:
        await session.execute(text("INSERT INTO changed VALUES (1), (2)"))
    async with database.read() as session:
        half_read = await session.execute(text("SELECT at FROM changed"))
        assert half_read.fetchone() == (1,)
    async with database.write() as session:
        await session.execute(text("UPDATE changed SET at = 3"))
    async with database.read() as session:
        assert await session.scalar(text("SELECT min(at) FROM changed")) == 3
    assert half_read.fetchone() in ((2,), None)
    await database.close()


async def test_a_connection_may_be_asked_itself(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await write(database)
    async with database.write() as session:
        connection = await session.connection()
        await connection.execute(text("INSERT INTO changed VALUES (:at)"), [{"at": 1}, {"at": 2}])
        rows = (await connection.execute(text("SELECT at FROM changed ORDER BY at"))).fetchmany(5)
    assert rows == [(1,), (2,)]
    await database.close()


async def test_what_was_committed_is_seen_by_the_next_who_looks(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await write(database)
    revision = change_token_of(database.engine)
    seen = await asyncio.gather(*(revision.look() for _ in range(3)))
    assert len(set(seen)) == 1
    for _ in range(3):
        async with database.write() as session:
            await session.execute(text("INSERT INTO changed VALUES (1)"))
        now_seen = await revision.look()
        assert now_seen not in seen
        seen.append(now_seen)
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other, other:
            other.execute("INSERT INTO changed VALUES (2)")
        await asyncio.sleep(0)  # this turn has looked already; nobody else can come in it
        assert await revision.look() not in seen
    await revision.close()
    await database.close()


async def test_a_migration_may_take_as_long_as_it_takes(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.storage.sqlite_dialect.INSTRUCTIONS_PER_STEP", 1000)
    long = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT count(*) FROM n"
    )
    database, alone = Database(sqlite_url), engine_for(sqlite_url)
    with pytest.raises(OperationalError, match="interrupted"):
        async with database.write() as session:
            await session.execute(long)
    async with alone.connect() as connection:
        assert (await connection.execute(long)).scalar_one() == 100_000
    await database.close()
    await alone.dispose()
