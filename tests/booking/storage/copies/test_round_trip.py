"""A restored database holds what was backed up; a file that can't be restored leaves it empty."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from booking.encryption.key_ring import KeyEncryptionKey, KeyRing, new_key_encryption_key
from booking.storage.copies.archive import Archive, ArchivedTable, UnusableBackup, draft_of, writing_archive
from booking.storage.copies.backup import back_up
from booking.storage.copies.restore import NotEmpty, plan_restore, restore
from booking.storage.copies.tables import CannotCopy, Row, stored_tables
from booking.storage.database import Database
from booking.storage.migrations.upgrade import with_connection
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, open_clinic

KEY = KeyRing((new_key_encryption_key(),))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def backup(database: Database, database_url: str, tmp_path: Path) -> Path:
    """Of the sample clinic, with a booked visit."""
    await open_clinic(database)
    await make_booking(database, NOW.replace(day=24, hour=15))
    file = tmp_path / "clinic.backup"
    await asyncio.to_thread(back_up_into, file, database_url)
    return file


@pytest.fixture
def empty(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


def back_up_into(file: Path, url: str, key: KeyEncryptionKey | None = None) -> None:
    with draft_of(file) as draft:
        back_up(url, draft, key, program="1", now=NOW, progress=lambda _done, _total: None)


def restore_from(file: Path, url: str, keys: KeyRing | None = None) -> list[ArchivedTable]:
    archive = Archive(file, keys)
    tables = archive.read()
    restore(url, archive, plan_restore(archive.header(), []), tables, lambda _done, _total: None)
    return tables


@pytest.mark.parametrize("keys", [None, KEY], ids=["plain", "encrypted"])
async def test_what_is_restored_is_what_was_backed_up(
    backup: Path, database_url: str, empty: str, keys: KeyRing | None
) -> None:
    again = backup.with_name("again.backup")
    await asyncio.to_thread(back_up_into, backup, database_url, keys.first if keys else None)

    tables = await asyncio.to_thread(restore_from, backup, empty, keys)
    await asyncio.to_thread(back_up_into, again, empty)

    assert Archive(again).read() == tables
    assert {table.name: table.rows for table in tables}["appointments"] == 1
    with pytest.raises(NotEmpty, match="the database is not empty"):
        await asyncio.to_thread(restore_from, backup, empty, keys)


@pytest.mark.parametrize("keys", [None, KEY], ids=["plain", "encrypted"])
def test_a_file_that_is_not_whole_is_told_from_one_that_is(
    backup: Path, database_url: str, keys: KeyRing | None
) -> None:
    back_up_into(backup, database_url, keys.first if keys else None)
    whole = backup.read_bytes()
    assert Archive(backup, keys).read()
    altered = [whole[: len(whole) // 2], whole[:-1], whole + b"more"]
    altered += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (len(whole) // 2, -9)]

    for content in altered:
        backup.write_bytes(content)
        with pytest.raises(UnusableBackup, match="was cut off or altered"):
            Archive(backup, keys).read()


async def test_an_encrypted_file_is_read_with_its_key_alone(backup: Path, database_url: str) -> None:
    await asyncio.to_thread(back_up_into, backup, database_url, KEY.first)

    with pytest.raises(UnusableBackup, match="is encrypted with kek-"):
        Archive(backup).read()
    with pytest.raises(UnusableBackup, match="and the key file has only kek-"):
        Archive(backup, KeyRing((new_key_encryption_key(),))).read()


async def test_another_file_is_neither_read_nor_replaced(backup: Path) -> None:
    other = backup.with_name("notes.txt")
    other.write_text("notes", "utf-8")

    with pytest.raises(UnusableBackup, match="is no backup of Book Online"):
        Archive(other).read()
    with pytest.raises(UnusableBackup, match="is there, and is no backup"), draft_of(other):
        pass
    assert other.read_text("utf-8") == "notes"


async def test_a_backup_of_a_newer_version_or_of_an_unknown_feature_is_not_planned(backup: Path) -> None:
    header = Archive(backup).header()

    with pytest.raises(UnusableBackup, match="the backup is newer than this program"):
        plan_restore(replace(header, revisions={"alembic_version": "9999"}), [])
    with pytest.raises(UnusableBackup, match="tables of the feature 'crm'"):
        plan_restore(replace(header, revisions=header.revisions | {"crm_alembic_version": "0001"}), [])


def twice(rows: list[Row]) -> list[Row]:
    return [*rows, *rows]


def none(_rows: list[Row]) -> list[Row]:
    return []


@pytest.mark.parametrize(
    ("table", "change", "error", "sentence"),
    [
        ("patients", twice, UnusableBackup, "a row of patients breaks a rule of the database"),
        ("patients", none, CannotCopy, "refers to a row of patients that is missing"),
    ],
)
async def test_rows_that_the_database_refuses_leave_it_empty(
    backup: Path,
    database_url: str,
    empty: str,
    table: str,
    change: Callable[[list[Row]], list[Row]],
    error: type[Exception],
    sentence: str,
) -> None:
    rows = await asyncio.to_thread(rewritten, backup, database_url, table, change)
    assert rows

    with pytest.raises(error, match=sentence):
        await asyncio.to_thread(restore_from, backup, empty)

    def names(connection: Connection) -> list[str]:
        return inspect(connection).get_table_names()

    assert await asyncio.to_thread(with_connection, empty, names) == []


def rewritten(file: Path, url: str, changed: str, change: Callable[[list[Row]], list[Row]]) -> list[Row]:
    """Write the backup again with other rows in one table, as somebody would with a program of their own."""
    archive = Archive(file)
    reader = _Rows()
    archive.read(reader)
    header, tables = archive.header(), {table.name: table for table in with_connection(url, stored_tables)}
    with file.open("wb") as target, writing_archive(target, None) as writer:
        writer.write_header(header)
        for name, rows in reader.rows.items():
            digest = tables[name].new_digest()
            writer.begin(tables[name])
            for row in change(rows) if name == changed else rows:
                digest.add(row)
                writer.write(row)
            writer.end(digest)
    return reader.rows[changed]


class _Rows:
    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}

    def begin(self, table: ArchivedTable) -> None:
        self.rows[table.name] = []

    def read(self, row: Row) -> None:
        [*_, rows] = self.rows.values()
        rows.append(row)

    def end(self, table: ArchivedTable) -> None:
        pass
