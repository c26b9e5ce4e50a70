"""Hands out sessions: one short transaction at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from copy import copy
from functools import partial
from typing import Self, cast

from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.ext.asyncio import async_sessionmaker

from booking.domain.hookspecs import NO_HOOKS, FeatureHooks
from booking.storage.catalogue_cache import CatalogueCache
from booking.storage.engine import PATIENCE_SECONDS, engine_for
from booking.storage.models.catalogue import Clinic
from booking.storage.session import BookingSession
from booking.storage.transient_errors import transient_errors_as_try_again

CLOSE_TIMEOUT_SECONDS = 1


class _WriterQueue:
    """Lets the writers of one process through one after the other, in the order of their arrival.

    SQLite lets its writers retry at random, so that an unlucky one would wait for ever.
    """

    def __init__(self, patience: float) -> None:
        self._lock = asyncio.Lock()
        self._patience = patience

    async def __aenter__(self) -> None:
        async with asyncio.timeout(self._patience):
            await self._lock.acquire()

    async def __aexit__(self, *_exception: object) -> None:
        self._lock.release()


class Database:
    """Hands out sessions, each one transaction long. Rows stay readable after the transaction."""

    def __init__(
        self, url: str, *, patience: float = PATIENCE_SECONDS, features: Sequence[FeatureHooks] = NO_HOOKS
    ) -> None:
        """`patience` is in seconds; the hooks of `features` are called for every decision in a session."""
        self.engine = engine_for(url, patience=patience, is_shared=True)
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = (
            engine_for(url, patience=patience, is_shared=True, only_reads=True)
            if is_sqlite
            # BEGIN and ROLLBACK would be two more round trips.
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
        same = copy(self)
        same._clinic = clinic
        return same

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
        """Waits a moment for cancelled tasks to give their connections back."""
        engines = self.engine, self._readers
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                while any(cast(AsyncAdaptedQueuePool, one.pool).checkedout() for one in engines):  # noqa: ASYNC110  (no event tells)
                    await asyncio.sleep(0.01)
        for engine in engines:
            await engine.dispose()
