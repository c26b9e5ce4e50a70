"""The files of a SQLite database: for the server's user alone."""

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from booking.storage.connection.sqlite_files import files_readable_by_others
from booking.storage.migrations.upgrade import migrate
from tests.support.databases import open_database


@pytest.fixture(params=[0o000, 0o022, 0o277])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_all_files_are_the_owners_alone_under_any_umask(umask: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/clinic.sqlite3"
    await asyncio.to_thread(migrate, url)
    database = open_database(url)
    async with database.write() as session:
        await session.execute(text("CREATE TABLE sample (name TEXT)"))

    modes = modes_in(tmp_path)
    await database.close()

    assert modes == {f"clinic.sqlite3{suffix}": 0o600 for suffix in ("", "-shm", "-wal")}


@pytest.mark.parametrize("query", ["", "?timeout=3", "?uri=true"])
def test_a_migration_creates_a_private_file(tmp_path: Path, query: str) -> None:
    prefix = "file:" if "uri" in query else ""
    migrate(f"sqlite:///{prefix}{tmp_path}/clinic.sqlite3{query}")

    assert stat.S_IMODE((tmp_path / "clinic.sqlite3").stat().st_mode) == 0o600


def test_files_that_others_may_read_are_found(tmp_path: Path) -> None:
    file = tmp_path / "clinic.sqlite3"
    file.touch(0o600)
    assert files_readable_by_others(str(file)) == []
    for mode in (0o644, 0o640, 0o604, 0o620):
        file.chmod(mode)
        assert files_readable_by_others(str(file)) == [file]
    (tmp_path / "clinic.sqlite3-wal").touch()
    (tmp_path / "clinic.sqlite3-wal").chmod(0o644)
    assert len(files_readable_by_others(str(file))) == 2
    assert files_readable_by_others(str(tmp_path / "none.sqlite3")) == []
