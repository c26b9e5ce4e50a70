"""The SQLAlchemy engine for SQLite or PostgreSQL, with its timeouts."""

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

PATIENCE_SECONDS = 15
"""How long a writer waits for those before; for SQLite, `?timeout=` in the URL says otherwise."""

IDLE_TRANSACTION_SECONDS = 60
"""When PostgreSQL gives up a transaction whose client is silent, and with it all that it locked."""

LIVENESS_TIMEOUT_SECONDS = 2
"""How long a connection to PostgreSQL may take to say that it lives."""

IDLE_CHECK_SECONDS = 5
"""After which a connection to PostgreSQL is not trusted without asking: a firewall may have forgotten it."""

LAST_USED_AT = "used at"

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
    url: str, *, patience: float = PATIENCE_SECONDS, is_shared: bool = False, only_reads: bool = False
) -> AsyncEngine:
    """Its errors show neither parameters nor rows: they may hold somebody's name, and errors are logged.

    `is_shared`: others are served meanwhile, so that SQLite ends a statement that takes too long. With
    `only_reads` it refuses to write; PostgreSQL's readers share their connections with writers.
    """
    known = database_url(url)
    if known.drivername == DRIVER:
        waits = {} if "timeout" in known.query else {"timeout": patience}
        engine = create_async_engine(known, connect_args=waits, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", partial(_open_sqlite, is_shared, only_reads))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    limits = {
        "lock_timeout": f"{int(patience * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_SECONDS}s",
    }
    engine = create_async_engine(
        known,
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
    """To be replaced if not. One that was cut is known to be; one that was long unused is asked: to ask
    each time would be three more ways to the database and back.
    """
    is_cut = connection.driver_connection.is_closed()
    try:
        if not is_cut and time.monotonic() - record.info.get(LAST_USED_AT, math.inf) > IDLE_CHECK_SECONDS:
            asked = connection.driver_connection.fetchval("SELECT 1")
            await_only(asyncio.wait_for(asked, LIVENESS_TIMEOUT_SECONDS))
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as reason:
        raise InvalidatePoolError from reason
    if is_cut:
        raise InvalidatePoolError


def _record_last_use(_connection: object, record: Any) -> None:
    record.info[LAST_USED_AT] = time.monotonic()


def _hide_rows(context: ExceptionContext) -> None:
    # PostgreSQL tells the whole row under DETAIL, and each layer above repeats it.
    error: BaseException | None = context.sqlalchemy_exception
    while error is not None:
        error.args = tuple(
            part.partition("\nDETAIL:")[0] if isinstance(part, str) else part for part in error.args
        )
        if getattr(error, "detail", None):
            error.detail = None  # type: ignore[attr-defined]
        error = error.__cause__ or getattr(error, "orig", None)


def _open_sqlite(is_shared: bool, only_reads: bool, connection: Any, _record: Any) -> None:
    if is_shared:
        connection.be_bounded()
    connection.isolation_level = None  # Python's own BEGINs are late and never immediate; see below.
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout = 0",  # It is waited for locks in the event loop.
        "journal_mode = WAL",
        "synchronous = FULL",  # An acknowledged booking survives a power cut.
        "foreign_keys = ON",
        # Whoever writes in a session that only reads would do so without taking turns.
        f"query_only = {only_reads}",
    ):
        execute(cursor, f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer that starts as a reader can't wait for the lock, so it must say at once that it will write.
    # Who only reads needs no transaction: each statement sees what is committed, as on PostgreSQL.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
