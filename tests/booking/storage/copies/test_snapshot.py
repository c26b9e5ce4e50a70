"""A backup is of one moment, whatever is written while it is made."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, text

from booking.storage.base import insert_rows
from booking.storage.copies.archive import Archive
from booking.storage.copies.backup import back_up
from booking.storage.copies.tables import BATCH
from booking.storage.database import Database
from booking.storage.migrations.upgrade import with_connection
from booking.storage.models.outbox import OutboxListener
from tests.support.clinics import NOW, open_clinic

LATE = "watched_states"
"""One of the last tables to be copied, which is empty in a new clinic."""
WRITE = text(f"INSERT INTO {LATE} (kind, fingerprint, since) VALUES ('late', 'late', '2026-11-23 12:00:00')")
COUNT = text(f"SELECT count(*) FROM {LATE}")


async def test_what_is_committed_meanwhile_is_not_in_the_backup(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await open_clinic(database)
    async with database.write() as session:  # More than a batch.
        await insert_rows(session, [OutboxListener(name=f"{number:04}") for number in range(2 * BATCH + 1)])
    file = tmp_path / "clinic.backup"

    def write_once(done: int, _total: int) -> None:
        """Another process commits, after the first rows were copied and long before the late ones are."""
        if done and not commits:
            with ThreadPoolExecutor() as elsewhere:
                writing = partial(with_connection, database_url, execute_write, writes=True)
                commits.append(elsewhere.submit(writing).result())

    commits: list[object] = []

    def run() -> dict[str, int]:
        with file.open("wb") as draft:
            return back_up(database_url, draft, None, program="1", now=NOW, progress=write_once)

    counts = await asyncio.to_thread(run)

    assert len(commits) == 1
    assert await asyncio.to_thread(with_connection, database_url, lambda each: each.scalar(COUNT)) == 1
    assert (counts["services"], counts["outbox_listeners"], counts[LATE]) == (5, 2 * BATCH + 1, 0)
    assert {table.name: table.rows for table in Archive(file).read()} == counts


def execute_write(connection: Connection) -> None:
    connection.execute(WRITE)
