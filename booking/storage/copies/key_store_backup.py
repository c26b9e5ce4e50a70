"""The key store in a file: its wrapped keys, which say nothing without the key-encryption key.

There is one such file, the latest: it takes the place of the one before, so that a destroyed key is soon in
none.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from booking.storage.copies.archive import (
    KEY_STORE_BACKUP,
    Archive,
    ArchivedTable,
    Header,
    UnusableBackup,
    writing_archive,
)
from booking.storage.copies.backup import Progress, in_snapshot, write_table
from booking.storage.copies.restore import NotEmpty, RowLoader, compare_rows
from booking.storage.copies.tables import CannotCopy, Row, StoredTable, batches_of, stored_tables
from booking.storage.key_store.location import make_key_database
from booking.storage.key_store.table import DATA_KEYS, KEY_STORE
from booking.storage.migrations.upgrade import with_connection


def back_up_key_store(
    url: str,
    draft: BinaryIO,
    former: Path,
    reference: str,
    *,
    program: str,
    now: datetime,
    progress: Progress,
) -> int:
    """Write all keys into the draft of what replaces the former backup, and return their number.

    Raises:
        CannotCopy: the key store lacks keys that the backup has, or has one again that was destroyed.
    """
    earlier = _Keys()
    if former.is_file():
        Archive(former, kind=KEY_STORE_BACKUP).read(earlier)

    def copy(connection: Connection) -> int:
        table = keys_table(connection)
        keys = _keys_of(connection, table)
        _refuse_to_forget(earlier, keys, former)
        header = Header(now.isoformat(timespec="seconds"), program, connection.dialect.name, {}, reference)
        with writing_archive(draft, None, KEY_STORE_BACKUP) as archive:
            archive.write_header(header)
            return write_table(connection, table, archive, lambda rows: progress(rows, len(keys.all)))

    return asyncio.run(in_snapshot(url, copy))


def restore_key_store(clinic_url: str, url: str, file: Path, progress: Progress) -> int:
    """Put the keys into an empty key store, which is made where there is none: all of them, or nothing.

    Raises:
        NotEmpty: it has keys.
        UnusableBackup: the file, or a row in it, can't be used.
        KeyProblem: its database may not be made.
    """
    archive = Archive(file, kind=KEY_STORE_BACKUP)
    archived = _only_table(archive)
    asyncio.run(make_key_database(clinic_url, url))

    def load(connection: Connection) -> None:
        KEY_STORE.create_all(connection)
        table = keys_table(connection)
        if connection.execute(DATA_KEYS.select().limit(1)).first():
            raise NotEmpty(
                "the key store is not empty, and a restore replaces nothing: move it away first, or name "
                "another place in BOOK_ONLINE_DATA_KEYS_URL (nothing was changed)"
            )
        archive.read(RowLoader(connection, {table.name: table}, progress, archived.rows))
        compare_rows(connection, table, archived)

    with_connection(url, load, writes=True, creates=True)
    return archived.rows


def keys_table(connection: Connection) -> StoredTable:
    return next(table for table in stored_tables(connection) if table.name == DATA_KEYS.name)


@dataclass
class _Keys:
    """The ids of the keys in a key store or in its backup."""

    all: set[str] = field(default_factory=set)
    destroyed: set[str] = field(default_factory=set)

    def begin(self, table: ArchivedTable | StoredTable) -> None:
        self._id, self._wrapped = (table.columns.index(name) for name in ("id", "wrapped"))

    def read(self, row: Row) -> None:
        key = str(row[self._id])
        self.all.add(key)
        if row[self._wrapped] is None:
            self.destroyed.add(key)

    def end(self, table: ArchivedTable) -> None:
        pass


def _keys_of(connection: Connection, table: StoredTable) -> _Keys:
    keys = _Keys()
    keys.begin(table)
    for batch in batches_of(connection, table):
        for row in batch:
            keys.read(row)
    return keys


def _refuse_to_forget(earlier: _Keys, now: _Keys, file: Path) -> None:
    """A key store that was lost, or an older one in its place, must not replace the backup that mends it."""
    if lost := len(earlier.all - now.all):
        raise CannotCopy(
            f"the key store lacks {lost} keys that {file} has, so that backup stays: is the key store an "
            "older one? `book-online data-keys restore` puts the backup back; otherwise name another file"
        )
    if back := len(earlier.destroyed & (now.all - now.destroyed)):
        raise CannotCopy(
            f"the key store has {back} keys again that were destroyed in {file}, so that backup stays: is "
            "the key store an older one? `book-online data-keys restore` puts the backup back"
        )


def _only_table(archive: Archive) -> ArchivedTable:
    tables = archive.read()  # All of it, before anything is written.
    if [table.name for table in tables] != [DATA_KEYS.name]:
        raise UnusableBackup(f"{archive.path} holds other tables than a key store has: name another file")
    return tables[0]
