"""The SQLAlchemy engines for SQLite and PostgreSQL, with their timeouts."""

import asyncio
import math
import re
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, ExceptionContext
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from booking.storage.connection.postgresql_url import UnusableUrl, connection_arguments, parse_url
from booking.storage.connection.sqlite_dialect import DRIVER, execute
from booking.storage.connection.sqlite_files import identity_of
from booking.storage.connection.write_fence import refuse_changes_of_moved_clinic

LOCK_TIMEOUT_SECONDS = 15
"""How long a writer waits for earlier ones; for SQLite, `?timeout=` in the URL takes precedence."""

IDLE_TRANSACTION_SECONDS = 20
"""After which PostgreSQL ends a transaction whose client is silent, and releases its locks."""

LIVENESS_TIMEOUT_SECONDS = 2
"""How long a connection to PostgreSQL may take to prove that it is alive."""

IDLE_CHECK_SECONDS = 5
"""After which an idle connection to PostgreSQL is checked: a firewall may have dropped it."""

LAST_USED_AT = "last used at"
FILE = "file"

IS_POOLED = "book_online_is_pooled"
"""Execution option: a pooler gives each transaction any session of the server."""
UNPREPARED = {
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",  # The unnamed statement, which the next one replaces.
    "statement_cache_size": 0,
}

DRIVERS = {"sqlite": DRIVER, "postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}


class PoolerUnexpected(OSError):
    """A pooler stands in front of PostgreSQL, and DATABASE_URL doesn't say so."""


def database_url(text: str) -> URL:
    """The URL with our driver filled in: `sqlite:///clinic.sqlite3`, `postgresql://user@host/name`.

    Raises:
        UnusableUrl: it is no URL, or names a kind of database that we don't run on.
    """
    kind = text.partition(":")[0].partition("+")[0]
    if kind not in DRIVERS or "://" not in text:
        given = f"starts with {kind!r}" if "://" in text else "is no URL"
        raise UnusableUrl(
            f"DATABASE_URL {given}; it must look like sqlite:///clinic.sqlite3 or "
            "postgresql://user:password@host/name"
        )
    try:
        url = parse_url(text)
    except UnusableUrl:
        raise
    except (ArgumentError, ValueError):  # Their messages may quote a password.
        raise UnusableUrl(
            "DATABASE_URL can't be read: it must look like postgresql://user:password@host:5432/name, with "
            "@ : / ? # and % in a password written as %40 %3A %2F %3F %23 and %25"
        ) from None
    if DRIVERS[kind] == DRIVER:
        _check_sqlite(url)
    return url.set(drivername=DRIVERS[kind])


def _check_sqlite(url: URL) -> None:
    if url.host or url.database in (None, "", ":memory:"):
        raise UnusableUrl(
            "DATABASE_URL names no file: it must look like sqlite:///clinic.sqlite3, or with four slashes "
            "like sqlite:////var/lib/book-online/clinic.sqlite3"
        )
    unknown = [] if "uri" in url.query else sorted(url.query.keys() - {"timeout"})
    if unknown:
        raise UnusableUrl(f"DATABASE_URL has the unknown word {unknown[0]!r}; SQLite takes timeout alone")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(url.query.get("timeout", "0"))):
        raise UnusableUrl("DATABASE_URL: timeout must be a number of seconds")


def engine_for(
    url: str,
    *,
    patience: float = LOCK_TIMEOUT_SECONDS,
    limits_statements: bool = False,
    only_reads: bool = False,
    creates: bool = False,
    connections: int = 10,
) -> AsyncEngine:
    """An engine whose errors show neither parameters nor rows: errors are logged, and rows hold names.

    `patience` is in seconds. On SQLite, an engine that `limits_statements` interrupts those that would block
    the event loop for long, one that `only_reads` refuses to write, and one that `creates` makes the file.
    On PostgreSQL, up to `connections` stay open, and as many more while they are needed.
    """
    full_url = database_url(url)
    if full_url.drivername == DRIVER:
        timeout = {} if "timeout" in full_url.query else {"timeout": patience}
        engine = create_async_engine(
            full_url, connect_args={"creates": creates, **timeout}, hide_parameters=True
        )
        event.listen(engine.sync_engine, "connect", partial(_open_sqlite, limits_statements, only_reads))
        file = full_url.database or ""
        event.listen(engine.sync_engine, "connect", partial(_record_file, file))
        event.listen(engine.sync_engine, "checkout", partial(_check_file, file))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        event.listen(engine.sync_engine, "handle_error", refuse_changes_of_moved_clinic)
        return engine
    limits = {
        "lock_timeout": f"{int(patience * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_SECONDS}s",
    }
    is_pooled = full_url.query.get("pgbouncer") == "true"
    full_url, arguments = connection_arguments(full_url)
    engine = create_async_engine(
        full_url,
        connect_args={
            "timeout": patience,
            **(UNPREPARED if is_pooled else {"server_settings": limits}),
            **arguments,
        },
        execution_options={IS_POOLED: is_pooled},
        pool_size=connections,
        max_overflow=connections,
        hide_parameters=True,
    )
    if is_pooled:
        event.listen(engine.sync_engine, "begin", partial(_limit_transaction, limits))
    else:
        event.listen(engine.sync_engine, "connect", _refuse_pooler)
    event.listen(engine.sync_engine, "handle_error", _hide_rows)
    event.listen(engine.sync_engine, "handle_error", refuse_changes_of_moved_clinic)
    event.listen(engine.sync_engine, "checkout", _check_liveness)
    event.listen(engine.sync_engine, "checkin", _record_last_use)
    return engine


def _limit_transaction(limits: Mapping[str, str], connection: Connection) -> None:
    """Set the time limits for this transaction alone: the next may be in another session of the server."""
    settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in limits.items())
    connection.exec_driver_sql(f"SELECT {settings}")


def _refuse_pooler(connection: Any, _record: object) -> None:
    """Compare the server's process with the one that the connection was told of: a pooler tells another one.

    Raises:
        PoolerUnexpected: the time limits of a session would be lost.
    """
    driver = connection.driver_connection
    if await_only(driver.fetchval("SELECT pg_backend_pid()")) != driver.get_server_pid():
        raise PoolerUnexpected


def _check_liveness(connection: Any, record: Any, _proxy: object) -> None:
    """Let the pool replace a dead connection. Only one that was idle is asked, which is a round trip.

    Raises:
        InvalidatePoolError: it was cut, or gives no sign of life.
    """
    is_cut = connection.driver_connection.is_closed()
    try:
        if not is_cut and time.monotonic() - record.info.get(LAST_USED_AT, math.inf) > IDLE_CHECK_SECONDS:
            reply = connection.driver_connection.execute("SELECT 1")  # No statement is prepared for it.
            await_only(asyncio.wait_for(reply, LIVENESS_TIMEOUT_SECONDS))
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as reason:
        raise InvalidatePoolError from reason
    if is_cut:
        raise InvalidatePoolError


def _record_last_use(_connection: object, record: Any) -> None:
    record.info[LAST_USED_AT] = time.monotonic()


def _record_file(file: str, _connection: object, record: Any) -> None:
    record.info[FILE] = identity_of(file)


def _check_file(file: str, _connection: object, record: Any, _proxy: object) -> None:
    """Let the pool open the file anew if another one, such as a backup, is in its place.

    Raises:
        InvalidatePoolError: the open file is not there any more.
    """
    if record.info[FILE] != identity_of(file):
        raise InvalidatePoolError


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
        "secure_delete = ON",  # What is deleted or replaced is overwritten in its page.
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
