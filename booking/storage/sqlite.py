"""SQLite within the event loop: it is a library, not a server, and answers in microseconds.

Handing each statement to a thread and waiting for its answer takes ten times as long as the statement.
What may wait for another writer or for the disk, a transaction's beginning and its end, is in a thread.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import await_only

DRIVER = "sqlite+within"
A_STEP = 1_000_000
"""Instructions of SQLite's: https://www.sqlite.org/c3ref/progress_handler.html"""
MOST_STEPS = 50
"""A statement of more, a second or two long, is interrupted: nobody else is served meanwhile.

To sort a million rows and read them takes 16.
"""


class Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """SQLAlchemy's, for drivers that have to be waited for."""


class Connection(sqlite3.Connection):
    def __init__(self, *places: Any, **options: Any) -> None:
        super().__init__(*places, **options)
        self.steps = 0
        self.set_progress_handler(self._is_too_much, A_STEP)

    def _is_too_much(self) -> bool:
        self.steps += 1
        return self.steps > MOST_STEPS

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
        cursor.connection.steps = 0
        if statement.startswith("BEGIN"):
            await_only(_in_a_thread(cursor.execute, statement, parameters))
        else:
            cursor.execute(statement, parameters)
            await_only(_at_once())

    def do_commit(self, dbapi_connection: Any) -> None:
        if dbapi_connection.in_transaction:
            await_only(_in_a_thread(dbapi_connection.commit))


async def _at_once() -> None:
    """SQLAlchemy's connections insist that a driver waits."""


async def _in_a_thread(work: Callable[..., object], *given: object) -> None:
    """Also when cancelled it is waited for: until then nobody else may touch the connection."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *given))
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise


registry.register("sqlite.within", __name__, Dialect.__name__)
