"""The database: opens sessions, each one short transaction long."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Self, TypeVar, cast

from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker

from booking.domain.errors import ClinicMoved, OutOfOrder
from booking.domain.hookspecs import FeatureHooks
from booking.domain.open_slot import RequestedTime
from booking.storage.caches.catalogue_cache import CatalogueCache
from booking.storage.caches.change_token import change_token_of
from booking.storage.caches.shared_reads import SharedReads
from booking.storage.connection.write_ahead_log import empty_log
from booking.storage.engine import IS_POOLED, LOCK_TIMEOUT_SECONDS, engine_for
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.session import BookingSession
from booking.storage.transient_errors import (
    database_errors_as_refusals,
    is_damage,
    key_problems_as_refusals,
    refuses_changes,
)
from booking.storage.turns import Turns
from booking.tracing import span

CLOSE_TIMEOUT_SECONDS = 1
LOG_SECONDS = 10
"""How long a deleted secret may stay in SQLite's write-ahead log."""
WRITE_REFUSAL_SECONDS = 20
"""So long after a refused change the next one is taken to be refused, too."""

V = TypeVar("V")

BeforeHold = Callable[[Sequence[RequestedTime], datetime], Awaitable[None]]
"""Brings what others say about the times up to date, before anybody decides about them."""


class _WriterQueue:
    """A fair queue for the writers of one process: SQLite's own retries may starve one of them."""

    def __init__(self, patience: float) -> None:
        self._lock = asyncio.Lock()
        self._patience = patience

    async def __aenter__(self) -> None:
        async with asyncio.timeout(self._patience):
            await self._lock.acquire()

    async def __aexit__(self, *_exception: object) -> None:
        self._lock.release()


@dataclass
class _State:
    """Shared by the copies of a database."""

    refused_at: float | None = None
    is_damaged: bool = False


async def _nothing_to_ask(_wanted: Sequence[RequestedTime], _now: datetime) -> None:
    """Without a server nobody waits for others."""


class Database:
    """Opens sessions. Their rows stay readable after the transaction."""

    def __init__(
        self,
        url: str,
        data_keys: DataKeys | None = None,
        *,
        patience: float = LOCK_TIMEOUT_SECONDS,
        features: Sequence[FeatureHooks] = (),
    ) -> None:
        """`patience` is in seconds; sessions call the hooks of `features`.

        Without `data_keys`, which are closed with it, sessions read and write no patient's data.
        """
        self._url = url
        self._data_keys = data_keys
        self.engine = engine_for(url, patience=patience, limits_statements=True)
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = (
            engine_for(url, patience=patience, limits_statements=True, only_reads=True)
            if is_sqlite
            else self.engine
            if self.engine.get_execution_options()[IS_POOLED]
            # Without BEGIN and ROLLBACK, which are two more round trips.
            else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._writer_queue = _WriterQueue(patience) if is_sqlite else nullcontext()
        self._turns = Turns(patience)
        self.change_token = change_token_of(self.engine)
        self._shared_reads = SharedReads()
        # The database's state doesn't tell when the answer of a busy source changes.
        self._shares_reads = not any(feature.busy_sources for feature in features)
        sessions = partial(
            async_sessionmaker,
            class_=BookingSession,
            expire_on_commit=False,
            catalogue_cache=CatalogueCache(),
            data_keys=data_keys,
            features=features,
        )
        self._reading = sessions(self._readers)
        self._writing = sessions(self.engine.execution_options(writes=True))
        self._state = _State()
        self.before_hold: BeforeHold = _nothing_to_ask
        """Set by the server, where practitioners have calendars elsewhere."""
        self._clinic: Clinic | None = None
        self._clinic_token: Hashable = None

    def with_clinic(self, clinic: Clinic | None, *, token: Hashable = None) -> Self:
        """The same database, whose readers use this row instead of reading the clinic again.

        `token` is the change token that was read before the row.
        """
        database = copy(self)
        database._clinic, database._clinic_token = clinic, token
        return database

    @asynccontextmanager
    async def read(self) -> AsyncIterator[BookingSession]:
        """A session that only reads.

        Raises:
            TryAgain: the database can't answer just now.
        """
        with self._errors_as_refusals(), key_problems_as_refusals():
            async with self._reading(clinic=self._clinic) as session:
                yield session

    async def revision(self) -> Hashable:
        """Equal to an earlier one of this process only if nothing that decides a time changed in between.

        None if that can't be told: a feature's busy source may answer differently at any time.
        """
        return await self.change_token.read(is_recent=False) if self._shares_reads else None

    async def read_shared(
        self, key: Hashable, read: Callable[[BookingSession], Awaitable[tuple[V, datetime]]], *, now: datetime
    ) -> V:
        """What `read` returns, read once for each state of the database and shared by all with this key.

        `read` returns the value, and until when it is true unless the database changes.

        Raises:
            TryAgain: the database can't answer just now.
        """
        token = await self.revision()
        # A clinic that was read at an earlier state must not shape a value that others share.
        database = self if token is not None and token == self._clinic_token else self.with_clinic(None)

        async def compute() -> tuple[V, datetime]:
            async with database.read() as session:
                return await read(session)

        if token is None:
            return (await compute())[0]
        return await self._shared_reads.get(token, key, compute, now=now)

    @asynccontextmanager
    async def turn(self, key: Hashable, check: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """The requests of this process with the same key run one after the other, as they came.

        `check` raises as soon as waiting is of no use.

        Raises:
            TryAgain: the turn did not come in time.
        """
        with self._errors_as_refusals():
            async with self._turns.turn(key, check):
                yield

    @asynccontextmanager
    async def write(self) -> AsyncIterator[BookingSession]:
        """A session that commits on leaving, and rolls back on any exception.

        Raises:
            TryAgain: the database can't answer just now.
        """
        with self._errors_as_refusals(), key_problems_as_refusals():
            try:
                with span("transaction"):
                    async with self._writer_queue, self._writing() as session, session.begin():
                        yield session
            except DBAPIError as error:
                if refuses_changes(error):
                    self._state.refused_at = time.monotonic()
                raise
            except ClinicMoved:
                self._state.refused_at = time.monotonic()
                raise
        self._state.refused_at = None

    @contextmanager
    def _errors_as_refusals(self) -> Iterator[None]:
        try:
            with database_errors_as_refusals(self._url):
                yield
        except OutOfOrder as refusal:
            self._state.is_damaged |= is_damage(refusal.__cause__)
            raise

    @property
    def can_have_replicas(self) -> bool:
        """Whether several servers may work on it: a SQLite file has one."""
        return self.engine.dialect.name != "sqlite"

    @property
    def is_damaged(self) -> bool:
        """Whether a request of this process has met a damaged part. No later one shows that it is whole."""
        return self._state.is_damaged

    @property
    def cannot_write(self) -> bool:
        """Whether the latest change was refused: the disk is full, the database read-only, or moved away."""
        refused_at = self._state.refused_at
        return refused_at is not None and time.monotonic() - refused_at < WRITE_REFUSAL_SECONDS

    async def empty_log_often(self) -> None:
        """Until cancelled: on SQLite, keep nothing in the write-ahead log that was deleted."""
        file = self.engine.url.database
        while self.engine.dialect.name == "sqlite" and file:
            await asyncio.sleep(LOG_SECONDS)
            await asyncio.to_thread(empty_log, file)  # Next time, if a transaction prevents it.

    async def close(self) -> None:
        """Wait a moment for cancelled tasks to return their connections, then close these."""
        await self.change_token.close()  # First, because its connection is always checked out.
        engines = self.engine, self._readers
        pools = [cast(AsyncAdaptedQueuePool, engine.pool) for engine in engines]
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                while any(pool.checkedout() for pool in pools):  # noqa: ASYNC110  (no event tells)
                    await asyncio.sleep(0.01)
        await self.change_token.close()
        for engine in engines:
            await engine.dispose()
        if self._data_keys is not None:
            await self._data_keys.close()
