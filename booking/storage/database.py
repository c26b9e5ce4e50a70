"""The engine, and one short transaction at a time."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from copy import copy
from functools import partial
from typing import Any, Self, cast

import asyncpg
from sqlalchemy import AsyncAdaptedQueuePool, event, make_url
from sqlalchemy.engine import URL, Connection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from booking.hooks import NOBODY, Guest
from booking.storage import sqlite
from booking.storage.faults import passing_faults_as_try_again

PATIENCE_SECONDS = 15
"""How long a writer waits for those before; for SQLite, `?timeout=` in the URL says otherwise."""
ABANDONED_SECONDS = 60
"""When PostgreSQL gives up a transaction whose client is silent, and with it all that it locked."""
LIVES_SECONDS = 2
"""How long a connection to PostgreSQL may take to say that it lives."""
UNUSED_SECONDS = 5
"""After which a connection to PostgreSQL is not trusted without asking: a firewall may have forgotten it."""
USED_AT = "used at"
GIVING_BACK_SECONDS = 1
GUESTS, KEPT, ASKED = "guests", "kept", "asked"
"""What sessions carry along."""
DRIVERS = {"sqlite": sqlite.DRIVER, "postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}


class UnknownDatabase(ValueError):
    """The database URL names a kind that we don't run on."""


def database_url(text: str) -> URL:
    """The URL with our driver filled in: `sqlite:///clinic.sqlite3`, `postgresql://user@host/name`."""
    url = make_url(text)
    kind = url.drivername.partition("+")[0]
    if kind not in DRIVERS:
        raise UnknownDatabase(f"DATABASE_URL starts with {kind!r}; it must be sqlite or postgresql")
    return url.set(drivername=DRIVERS[kind])


class _Turns:
    """Writers of one process, one after the other in the order in which they came.

    SQLite lets its writers try again and again, and who is lucky is next: some would wait for ever.
    """

    def __init__(self, patience: float) -> None:
        self._lock = asyncio.Lock()
        self._patience = patience

    async def __aenter__(self) -> None:
        async with asyncio.timeout(self._patience):
            await self._lock.acquire()

    async def __aexit__(self, *_exception: object) -> None:
        self._lock.release()


class TransactionEnded(Exception):
    """By somebody who was asked in the middle of it."""


class OneTransaction(Session):
    """While somebody else's code is asked in it, it can be neither committed, rolled back nor closed."""

    def commit(self) -> None:
        self._refuse_if_asked()
        super().commit()

    def rollback(self) -> None:
        self._refuse_if_asked()
        super().rollback()

    def close(self) -> None:
        self._refuse_if_asked()
        super().close()

    def _refuse_if_asked(self) -> None:
        if self.info.get(ASKED):
            raise TransactionEnded


@contextmanager
def not_to_be_ended(session: AsyncSession) -> Iterator[None]:
    session.info[ASKED] = session.info.get(ASKED, 0) + 1
    try:
        yield
    finally:
        session.info[ASKED] -= 1


class Kept:
    """What was worked out of the catalogue, while that stays at one revision: the last used the longest."""

    MOST = 50_000
    """By weight: a day of somebody's time weighs one, some hundred bytes."""

    def __init__(self) -> None:
        self._revision: str | None = None
        self._found: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._weight = 0

    def get(self, revision: str, key: Hashable) -> Any:
        """None for what has to be worked out."""
        if revision != self._revision or key not in self._found:
            return None
        self._found.move_to_end(key)
        return self._found[key][0]

    def keep(self, revision: str, key: Hashable, found: object, weight: int) -> None:
        if revision != self._revision:
            self._found.clear()
            self._revision, self._weight = revision, 0
        _, former = self._found.pop(key, (None, 0))
        self._found[key] = found, weight
        self._weight += weight - former
        while self._weight > self.MOST and len(self._found) > 1:
            _, (_, lost) = self._found.popitem(last=False)
            self._weight -= lost


class Database:
    """Hands out sessions, each one transaction long. Rows stay readable after it ends."""

    def __init__(
        self, url: str, *, patience: float = PATIENCE_SECONDS, guests: Sequence[Guest] = NOBODY
    ) -> None:
        """`patience` is in seconds; `guests` join in whatever is decided in its sessions."""
        self.engine = engine_for(url, patience=patience, is_shared=True)
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = (
            engine_for(url, patience=patience, is_shared=True, only_reads=True)
            if is_sqlite
            # A BEGIN and a ROLLBACK would be two more ways to the database and back.
            else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._turns = _Turns(patience) if is_sqlite else nullcontext()
        sessions = partial(
            async_sessionmaker,
            sync_session_class=OneTransaction,
            expire_on_commit=False,
            info={GUESTS: guests, KEPT: Kept()},
        )
        self._reading = sessions(self._readers)
        self._writing = sessions(self.engine.execution_options(writes=True))
        self._facts: Mapping[Hashable, Any] = {}

    def knowing(self, facts: Mapping[Hashable, Any]) -> Self:
        """The same database, whose readers have these in their `info` and needn't ask again."""
        same = copy(self)
        same._facts = facts
        return same

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Refuses with TryAgain while the database can't answer; so does `write`."""
        with passing_faults_as_try_again():
            async with self._reading(info=self._facts) as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Commits on leaving, rolls back on any exception."""
        with passing_faults_as_try_again():
            async with self._turns, self._writing() as session, session.begin():
                yield session

    async def close(self) -> None:
        """Who was cancelled is still giving back what they had, for which we wait a moment."""
        engines = self.engine, self._readers
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVING_BACK_SECONDS):
                while any(cast(AsyncAdaptedQueuePool, one.pool).checkedout() for one in engines):  # noqa: ASYNC110  It tells nobody.
                    await asyncio.sleep(0.01)
        for engine in engines:
            await engine.dispose()


def guests_of(session: AsyncSession) -> Sequence[Guest]:
    guests: Sequence[Guest] = session.info[GUESTS]
    return guests


def kept_by(session: AsyncSession) -> Kept:
    kept: Kept = session.info[KEPT]
    return kept


def engine_for(
    url: str, *, patience: float = PATIENCE_SECONDS, is_shared: bool = False, only_reads: bool = False
) -> AsyncEngine:
    """Its errors show neither parameters nor rows: they may hold somebody's name, and errors are logged.

    `is_shared`: others are served meanwhile, so that SQLite ends a statement that takes too long. With
    `only_reads` it refuses to write; PostgreSQL's readers share their connections with writers.
    """
    known = database_url(url)
    if known.drivername == sqlite.DRIVER:
        waits = {} if "timeout" in known.query else {"timeout": patience}
        engine = create_async_engine(known, connect_args=waits, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", partial(_open_sqlite, is_shared, only_reads))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    limits = {
        "lock_timeout": f"{int(patience * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{ABANDONED_SECONDS}s",
    }
    engine = create_async_engine(
        known,
        connect_args={"server_settings": limits, "timeout": patience},
        pool_size=10,
        max_overflow=10,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", _hide_rows)
    event.listen(engine.sync_engine, "checkout", _see_that_it_lives)
    event.listen(engine.sync_engine, "checkin", _note_the_time)
    return engine


def _see_that_it_lives(connection: Any, record: Any, _proxy: object) -> None:
    """To be replaced if not. One that was cut is known to be; one that was long unused is asked: to ask
    each time would be three more ways to the database and back.
    """
    is_cut = connection.driver_connection.is_closed()
    try:
        if not is_cut and time.monotonic() - record.info.get(USED_AT, math.inf) > UNUSED_SECONDS:
            asked = connection.driver_connection.fetchval("SELECT 1")
            await_only(asyncio.wait_for(asked, LIVES_SECONDS))
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as reason:
        raise InvalidatePoolError from reason
    if is_cut:
        raise InvalidatePoolError


def _note_the_time(_connection: object, record: Any) -> None:
    record.info[USED_AT] = time.monotonic()


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
        sqlite.execute(cursor, f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer that starts as a reader can't wait for the lock, so it must say at once that it will write.
    # Who only reads needs no transaction: each statement sees what is committed, as on PostgreSQL.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
