"""The database: opens sessions, each one short transaction long."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from copy import copy
from functools import partial
from typing import Self, cast

from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.ext.asyncio import async_sessionmaker

from booking.domain.hookspecs import FeatureHooks
from booking.storage.catalogue_cache import CatalogueCache
from booking.storage.engine import LOCK_TIMEOUT_SECONDS, engine_for
from booking.storage.models.catalogue import Clinic
from booking.storage.session import BookingSession
from booking.storage.transient_errors import transient_errors_as_try_again

CLOSE_TIMEOUT_SECONDS = 1


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


class Database:
    """Opens sessions. Their rows stay readable after the transaction."""

    def __init__(
        self, url: str, *, patience: float = LOCK_TIMEOUT_SECONDS, features: Sequence[FeatureHooks] = ()
    ) -> None:
        """`patience` is in seconds; sessions call the hooks of `features`."""
        self.engine = engine_for(url, patience=patience, limits_statements=True)
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = (
            engine_for(url, patience=patience, limits_statements=True, only_reads=True)
            if is_sqlite
            # Without BEGIN and ROLLBACK, which are two more round trips.
            else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._writer_queue = _WriterQueue(patience) if is_sqlite else nullcontext()
        sessions = partial(
            async_sessionmaker,
            class_=BookingSession,
            expire_on_commit=False,
            catalogue_cache=CatalogueCache(),
            features=features,
        )
        self._reading = sessions(self._readers)
        self._writing = sessions(self.engine.execution_options(writes=True))
        self._clinic: Clinic | None = None

    def with_clinic(self, clinic: Clinic | None) -> Self:
        """The same database, whose readers use this row instead of reading the clinic again."""
        database = copy(self)
        database._clinic = clinic
        return database

    @asynccontextmanager
    async def read(self) -> AsyncIterator[BookingSession]:
        """A session that only reads.

        Raises:
            TryAgain: the database can't answer just now.
        """
        with transient_errors_as_try_again():
            async with self._reading(clinic=self._clinic) as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[BookingSession]:
        """A session that commits on leaving, and rolls back on any exception.

        Raises:
            TryAgain: the database can't answer just now.
        """
        with transient_errors_as_try_again():
            async with self._writer_queue, self._writing() as session, session.begin():
                yield session

    async def close(self) -> None:
        """Wait a moment for cancelled tasks to return their connections, then close these."""
        engines = self.engine, self._readers
        pools = [cast(AsyncAdaptedQueuePool, engine.pool) for engine in engines]
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                while any(pool.checkedout() for pool in pools):  # noqa: ASYNC110  (no event tells)
                    await asyncio.sleep(0.01)
        for engine in engines:
            await engine.dispose()
