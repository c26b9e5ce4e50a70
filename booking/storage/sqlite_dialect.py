"""SQLite within the event loop: it is a library, not a server, and answers in microseconds.

Handing each statement to a thread and waiting for its answer takes ten times as long as the statement.
Whoever finds the database locked waits in the loop too. A commit waits for the disk: that is in a thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import await_only

DRIVER = "sqlite+within"
LOCK_RETRY_SECONDS = 0.002
"""Until it is tried again to take a lock that another process has."""
INSTRUCTIONS_PER_STEP = 1_000_000
"""Instructions of SQLite's: https://www.sqlite.org/c3ref/progress_handler.html"""
MAX_STEPS = 50
"""A statement of more, a second or two long, is interrupted: nobody else is served meanwhile.

To sort a million rows and read them takes 16.
"""


class Cursor(sqlite3.Cursor):
    """Reads all its rows at once: one half read would keep its connection looking at the past."""

    _rows: Iterator[Any] = iter(())

    def read(self) -> None:
        self._rows = iter(super().fetchall())

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return list(islice(self._rows, size or self.arraysize))

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    async def _async_soft_close(self) -> None:
        """SQLAlchemy's, for drivers that have to be waited for."""


class Connection(sqlite3.Connection):
    def __init__(self, file: str, timeout: float, **options: Any) -> None:
        """`timeout`, in seconds, is how long one waits for a lock."""
        super().__init__(file, timeout, **options)
        self.patience = timeout
        self.steps = 0

    def be_bounded(self) -> None:
        """From now on no statement keeps everybody else waiting for longer than MOST_STEPS."""
        self.set_progress_handler(self._is_too_much, INSTRUCTIONS_PER_STEP)

    def _is_too_much(self) -> bool:
        self.steps += 1
        return self.steps > MAX_STEPS

    def cursor(self, *_: Any) -> Cursor:  # type: ignore[override]
        return super().cursor(Cursor)


class Dialect(SQLiteDialect_pysqlite):
    """As SQLAlchemy's own, for its asynchronous engine."""

    driver = "within"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> Any:
        places, options = super().create_connect_args(url)
        return places, {**options, "factory": Connection, "check_same_thread": False}

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        execute(cursor, statement, parameters)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        await_only(_retry_while_locked(cursor, cursor.executemany, statement, parameters))

    def do_commit(self, dbapi_connection: Any) -> None:
        if dbapi_connection.in_transaction:
            await_only(_run_in_thread(partial(_commit, dbapi_connection)))


def execute(cursor: Cursor, statement: str, parameters: Any = ()) -> None:
    await_only(_retry_while_locked(cursor, cursor.execute, statement, parameters))


async def _retry_while_locked(cursor: Cursor, work: Callable[..., object], *given: object) -> None:
    """Until the lock is had. SQLite itself would wait for it in its own way, and the loop with it."""
    connection: Any = cursor.connection
    connection.steps = 0
    end = None
    while True:
        try:
            work(*given)
            return cursor.read()
        except sqlite3.OperationalError as refusal:
            now = asyncio.get_running_loop().time()
            end = end or now + connection.patience
            if not _is_locked(refusal) or now >= end:
                raise
        await asyncio.sleep(LOCK_RETRY_SECONDS)


def _commit(connection: Connection) -> None:
    """In a thread. Readers are waited for only where the file system can't have a write-ahead log."""
    end = time.monotonic() + connection.patience
    while True:
        try:
            return connection.commit()
        except sqlite3.OperationalError as refusal:
            if not _is_locked(refusal) or time.monotonic() >= end:
                raise
        time.sleep(LOCK_RETRY_SECONDS)


def _is_locked(refusal: sqlite3.OperationalError) -> bool:
    """https://www.sqlite.org/rescode.html#busy: for a moment. What is seen as too old stays so."""
    code = refusal.sqlite_errorcode
    return code & 0xFF == sqlite3.SQLITE_BUSY and code != sqlite3.SQLITE_BUSY_SNAPSHOT


async def _run_in_thread(work: Callable[[], object]) -> None:
    """Also when cancelled, and again, it is waited for: until then nobody else may touch the connection."""
    working = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled = None
    while not working.done():
        try:
            await asyncio.wait([working])
        except asyncio.CancelledError as reason:
            cancelled = reason
    failed = working.exception()
    if cancelled or failed:
        raise cancelled or failed  # type: ignore[misc]


registry.register("sqlite.within", __name__, Dialect.__name__)
