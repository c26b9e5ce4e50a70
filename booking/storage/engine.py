"""The SQLAlchemy engines for SQLite and PostgreSQL, with their timeouts."""

import asyncio
import math
import time
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.engine import URL, Connection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from booking.storage.sqlite_dialect import DRIVER, execute

LOCK_TIMEOUT_SECONDS = 15
"""How long a writer waits for earlier ones; for SQLite, `?timeout=` in the URL takes precedence."""

IDLE_TRANSACTION_SECONDS = 60
"""After which PostgreSQL ends a transaction whose client is silent, and releases its locks."""

LIVENESS_TIMEOUT_SECONDS = 2
"""How long a connection to PostgreSQL may take to prove that it is alive."""

IDLE_CHECK_SECONDS = 5
"""After which an idle connection to PostgreSQL is checked: a firewall may have dropped it."""

LAST_USED_AT = "last used at"

DRIVERS = {"sqlite": DRIVER, "postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}


class UnknownDatabase(ValueError):
    """The database URL names a kind that we don't run on."""


def database_url(text: str) -> URL:
    """The URL with our driver filled in: `sqlite:///clinic.sqlite3`, `postgresql://user@host/name`."""
    url = make_url(text)
    kind = url.drivername.partition("+")[0]
    if kind not in DRIVERS:
        raise UnknownDatabase(f"DATABASE_URL starts with {kind!r}; it must be sqlite or postgresql")
    return url.set(drivername=DRIVERS[kind])


def engine_for(
    url: str,
    *,
    patience: float = LOCK_TIMEOUT_SECONDS,
    limits_statements: bool = False,
    only_reads: bool = False,
) -> AsyncEngine:
    """An engine whose errors show neither parameters nor rows: errors are logged, and rows hold names.

    `patience` is in seconds. On SQLite, an engine that `limits_statements` interrupts those that would block
    the event loop for long, and one that `only_reads` refuses to write.
    """
    full_url = database_url(url)
    if full_url.drivername == DRIVER:
        timeout = {} if "timeout" in full_url.query else {"timeout": patience}
        engine = create_async_engine(full_url, connect_args=timeout, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", partial(_open_sqlite, limits_statements, only_reads))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    limits = {
        "lock_timeout": f"{int(patience * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_SECONDS}s",
    }
    engine = create_async_engine(
        full_url,
        connect_args={"server_settings": limits, "timeout": patience},
        pool_size=10,
        max_overflow=10,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", _hide_rows)
    event.listen(engine.sync_engine, "checkout", _check_liveness)
    event.listen(engine.sync_engine, "checkin", _record_last_use)
    return engine


def _check_liveness(connection: Any, record: Any, _proxy: object) -> None:
    """Let the pool replace a dead connection. Only one that was idle is asked, which is a round trip.

    Raises:
        InvalidatePoolError: it was cut, or gives no sign of life.
    """
    is_cut = connection.driver_connection.is_closed()
    try:
        if not is_cut and time.monotonic() - record.info.get(LAST_USED_AT, math.inf) > IDLE_CHECK_SECONDS:
            reply = connection.driver_connection.fetchval("SELECT 1")
            await_only(asyncio.wait_for(reply, LIVENESS_TIMEOUT_SECONDS))
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as reason:
        raise InvalidatePoolError from reason
    if is_cut:
        raise InvalidatePoolError


def _record_last_use(_connection: object, record: Any) -> None:
    record.info[LAST_USED_AT] = time.monotonic()


def _hide_rows(context: ExceptionContext) -> None:
    # PostgreSQL shows the whole row under DETAIL, and each layer above repeats it.
    error: BaseException | None = context.sqlalchemy_exception
    while error is not None:
        error.args = tuple(
            part.partition("\nDETAIL:")[0] if isinstance(part, str) else part for part in error.args
        )
        if getattr(error, "detail", None):
            error.detail = None  # type: ignore[attr-defined]
        error = error.__cause__ or getattr(error, "orig", None)


def _open_sqlite(limits_statements: bool, only_reads: bool, connection: Any, _record: Any) -> None:
    if limits_statements:
        connection.limit_statements()
    connection.isolation_level = None  # Python's own BEGINs are late and never immediate; see below.
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout = 0",  # The dialect waits for locks, in the event loop.
        "journal_mode = WAL",
        "synchronous = FULL",  # An acknowledged booking survives a power cut.
        "foreign_keys = ON",
        # A write in a reading session would not wait its turn.
        f"query_only = {only_reads}",
    ):
        execute(cursor, f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts as a reader can't wait for the lock of writers, so a writer takes it at once.
    # A reader needs no transaction: each statement sees what is committed, as on PostgreSQL.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
