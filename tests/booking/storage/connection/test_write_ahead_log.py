"""What was deleted is in no byte of SQLite's files."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from booking.storage.connection.write_ahead_log import empty_log
from booking.storage.database import Database

SECRET = "manage-token-of-a-sample-visit"


def files_with_secret(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.sqlite3*") if SECRET.encode() in file.read_bytes())


async def write_and_delete(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("CREATE TABLE sample (token TEXT)"))
        for number in range(100):
            await session.execute(text("INSERT INTO sample VALUES (:token)"), {"token": f"{SECRET}-{number}"})
    async with database.write() as session:
        await session.execute(text("UPDATE sample SET token = NULL WHERE rowid % 2"))
        await session.execute(text("DELETE FROM sample"))


async def test_a_server_keeps_nothing_of_it(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.storage.database.LOG_SECONDS", 0.01)
    await write_and_delete(sqlite)
    assert files_with_secret(tmp_path) == ["clinic.sqlite3-wal"]

    emptying = asyncio.create_task(sqlite.empty_log_often())
    async with asyncio.timeout(10):
        while files_with_secret(tmp_path):  # noqa: ASYNC110  (no event tells)
            await asyncio.sleep(0.01)
    emptying.cancel()


async def test_a_transaction_at_work_only_delays_it(sqlite: Database, tmp_path: Path) -> None:
    await write_and_delete(sqlite)
    file = str(tmp_path / "clinic.sqlite3")
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sample")
        async with sqlite.write() as session:
            await session.execute(text("INSERT INTO sample VALUES ('another')"))
            assert not empty_log(file)
        assert not empty_log(file)
        reader.execute("ROLLBACK")

    assert empty_log(file)
    assert files_with_secret(tmp_path) == []
    assert empty_log(str(tmp_path / "none.sqlite3"))


async def test_no_page_keeps_it_however_sqlite_was_built(sqlite: Database) -> None:
    async with sqlite.write() as session:
        assert await session.scalar(text("PRAGMA secure_delete")) == 1
