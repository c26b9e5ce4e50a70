"""Backing up: all tables of the clinic's database at one moment, while servers go on booking."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO, TypeAlias, TypeVar

from sqlalchemy import Connection

from booking.encryption.key_ring import KeyEncryptionKey
from booking.storage.copies.archive import ArchiveWriter, Header, writing_archive
from booking.storage.copies.tables import (
    CannotCopy,
    StoredTable,
    batches_of,
    count_rows,
    stored_revisions,
    stored_tables,
)
from booking.storage.engine import engine_for
from booking.storage.key_store.reference import key_store_reference

T = TypeVar("T")
Progress: TypeAlias = "Callable[[int, int], None]"
"""Told how many rows are done, and how many there are."""


def back_up(
    url: str, file: BinaryIO, key: KeyEncryptionKey | None, *, program: str, now: datetime, progress: Progress
) -> dict[str, int]:
    """Write a backup, and return the number of rows in each table. Encrypted values stay as they are.

    `program` is the version that makes it.

    Raises:
        CannotCopy: the database has no tables, or one that a copy can't carry.
    """

    def copy(connection: Connection) -> dict[str, int]:
        key_store = key_store_reference(connection)
        if key_store is None:
            raise CannotCopy(
                "the database is empty, or of a version before encryption: `book-online load` makes its "
                "tables; is DATABASE_URL the server's, and a relative path read in the server's folder?"
            )
        made_at = now.isoformat(timespec="seconds")
        revisions = stored_revisions(connection)
        header = Header(made_at, program, connection.dialect.name, revisions, key_store)
        return _write(connection, file, key, header, progress)

    return asyncio.run(in_snapshot(url, copy))


async def in_snapshot(url: str, work: Callable[[Connection], T]) -> T:
    """Run work that reads the database as it is at one moment, however many are writing."""
    engine = engine_for(url)
    try:
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                await connection.exec_driver_sql("BEGIN")
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _write(
    connection: Connection, file: BinaryIO, key: KeyEncryptionKey | None, header: Header, progress: Progress
) -> dict[str, int]:
    tables = stored_tables(connection)
    counts: dict[str, int] = {}
    done, total = 0, count_rows(connection, tables)
    with writing_archive(file, key) as archive:
        archive.write_header(header)
        for table in tables:

            def report(rows: int, before: int = done) -> None:
                progress(before + rows, total)

            counts[table.name] = write_table(connection, table, archive, report)
            done += counts[table.name]
    return counts


def write_table(
    connection: Connection, table: StoredTable, archive: ArchiveWriter, report: Callable[[int], None]
) -> int:
    """Return the number of rows; `report` is told of those that are done."""
    digest = table.new_digest()
    archive.begin(table)
    for batch in batches_of(connection, table):
        for row in batch:
            digest.add(row)
            archive.write(row)
        report(digest.rows)
    archive.end(digest)
    return digest.rows
