"""A SQLAlchemy dialect that runs SQLite inside the event loop.

A thread for each statement would take ten times as long as the statement. The loop also waits for a locked
database; only a commit, which waits for the disk, runs in a thread.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import await_only

from booking.storage.connection.sqlite_files import create_private, uri_of_existing

DRIVER = "sqlite+eventloop"
LOCK_RETRY_SECONDS = 0.002
INSTRUCTIONS_PER_STEP = 1_000_000
"""Of SQLite's virtual machine: https://www.sqlite.org/c3ref/progress_handler.html"""
MAX_STEPS = 50
"""A longer statement, of a second or two, is interrupted, because the loop serves nothing else meanwhile.

Sorting and reading a million rows takes 16 steps.
"""


class Cursor(sqlite3.Cursor):
    """Reads all its rows at once: a half-read result would pin its connection to an old snapshot."""

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
        """SQLAlchemy awaits this on the cursors of asynchronous drivers."""


class Connection(sqlite3.Connection):
    def __init__(self, file: str, timeout: float, **options: Any) -> None:
        """`timeout` is how many seconds a statement waits for a lock."""
        super().__init__(file, timeout, **options)
        self.patience = timeout
        self.steps = 0

    def limit_statements(self) -> None:
        """From now on a statement is interrupted after MAX_STEPS."""
        self.set_progress_handler(self._exceeds_limit, INSTRUCTIONS_PER_STEP)

    def _exceeds_limit(self) -> bool:
        self.steps += 1
        return self.steps > MAX_STEPS

    def cursor(self, *_: Any) -> Cursor:  # type: ignore[override]
        return super().cursor(Cursor)


class EventLoopDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's own SQLite dialect, for its asynchronous engine."""

    driver = "eventloop"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> Any:
        arguments, options = super().create_connect_args(url)
        return arguments, {**options, "factory": Connection, "check_same_thread": False}

    def connect(self, file: str, *, creates: bool = False, **options: Any) -> Any:
        if not creates:
            return super().connect(uri_of_existing(file), **{**options, "uri": True})
        create_private(file)
        return super().connect(file, **options)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        execute(cursor, statement, parameters)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        _run(cursor, partial(cursor.executemany, statement, parameters))

    def do_commit(self, dbapi_connection: Any) -> None:
        if dbapi_connection.in_transaction:
            # It meets a lock only on a file system that can't have a write-ahead log.
            commit = partial(_run_in_thread, dbapi_connection.commit)
            await_only(_retry_while_locked(dbapi_connection, commit))


def execute(cursor: Cursor, statement: str, parameters: Any = ()) -> None:
    _run(cursor, partial(cursor.execute, statement, parameters))


def _run(cursor: Cursor, statement: Callable[[], object]) -> None:
    async def run() -> None:
        statement()
        cursor.read()

    await_only(_retry_while_locked(cursor.connection, run))


async def _retry_while_locked(connection: Any, work: Callable[[], Awaitable[None]]) -> None:
    """SQLite's own busy handler would block the event loop."""
    connection.steps = 0
    loop = asyncio.get_running_loop()
    deadline = loop.time() + connection.patience
    while True:
        try:
            return await work()
        except sqlite3.OperationalError as error:
            if not _is_locked(error) or loop.time() >= deadline:
                raise
        await asyncio.sleep(LOCK_RETRY_SECONDS)


def _is_locked(error: sqlite3.OperationalError) -> bool:
    """Whether a retry may succeed: https://www.sqlite.org/rescode.html#busy. A stale snapshot stays stale."""
    code = error.sqlite_errorcode
    return code & 0xFF == sqlite3.SQLITE_BUSY and code != sqlite3.SQLITE_BUSY_SNAPSHOT


async def _run_in_thread(work: Callable[[], object]) -> None:
    """Wait for the thread even if cancelled, and again: it alone may use the connection until it is done."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled = None
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as reason:
            cancelled = reason
    error = running.exception()
    if cancelled or error:
        raise cancelled or error  # type: ignore[misc]


registry.register("sqlite.eventloop", __name__, EventLoopDialect.__name__)
