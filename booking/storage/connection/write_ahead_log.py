"""SQLite's write-ahead log, which keeps each version of a page until it is emptied: deleted secrets, too."""

import sqlite3
from contextlib import closing, suppress

from booking.storage.connection.sqlite_files import path_of, uri_of_existing


def empty_log(file: str) -> bool:
    """Copy the log into the file, and empty it. False if a transaction that is at work prevents it.

    Blocks while the disk writes. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    path = path_of(file)
    log = path.with_name(f"{path.name}-wal") if path else None
    if log is None or not log.exists() or not log.stat().st_size:
        return True
    with (
        suppress(sqlite3.OperationalError),
        closing(
            sqlite3.connect(uri_of_existing(file), timeout=0, isolation_level=None, uri=True)
        ) as connection,
    ):
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy
    return False
