"""Whether anything was committed since: the database's own word for it, so that no writer has to tell.

A counter of ours would be a row that every booking fights for, and a change that forgets it would go unseen.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Hashable
from typing import Protocol, cast

import asyncpg
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger("book_online")

PATIENCE_SECONDS = 2
"""Whoever waits for longer is better served with an answer that is worked out."""


class Revision(Protocol):
    async def look(self) -> Hashable:
        """Equal to an earlier one only if nothing was committed in between; None when nobody can tell."""

    async def close(self) -> None: ...


def revision_of(engine: AsyncEngine) -> Revision:
    return SqliteRevision(engine) if engine.dialect.name == "sqlite" else PostgresRevision(engine)


class SqliteRevision:
    """Some microseconds, without waiting, so it is asked within the event loop: once for each of its turns.

    Whoever asks in one turn came before the first of them looked; whoever comes meanwhile asks in the next.

    https://www.sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._cursor: sqlite3.Cursor | None = None
        self._seen: Hashable = None

    async def look(self) -> Hashable:
        if self._seen is None:
            self._seen = await self._look()
            asyncio.get_running_loop().call_soon(self._forget)
        return self._seen

    def _forget(self) -> None:
        self._seen = None

    async def _look(self) -> Hashable:
        try:
            if self._cursor is None:
                (file, *_), _ = self._engine.dialect.create_connect_args(self._engine.url)
                connection = sqlite3.connect(file, timeout=0, isolation_level=None)
                self._cursor = connection.cursor()
            return self._cursor.execute("PRAGMA data_version").fetchone()[0]  # type: ignore[no-any-return]
        except sqlite3.Error:
            await self.close()
            return None

    async def close(self) -> None:
        if self._cursor is not None:
            self._cursor.connection.close()
            self._cursor = None


class PostgresRevision:
    """Which transactions can be seen. One look serves all who asked before it began.

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._waiting: list[asyncio.Future[Hashable]] = []
        self._looking: asyncio.Task[None] | None = None

    async def look(self) -> Hashable:
        told: asyncio.Future[Hashable] = asyncio.get_running_loop().create_future()
        self._waiting.append(told)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_for_all())
        return await told

    async def _look_for_all(self) -> None:
        # Whoever comes while a look is under way may have seen more than it tells, and waits for the next.
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            seen = await self._look()
            for told in waiting:
                if not told.done():
                    told.set_result(seen)
        self._looking = None

    async def _look(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._connection is None:
                    self._connection = await self._engine.raw_connection()
                driver = cast("asyncpg.Connection", self._connection.driver_connection)
                return cast(str, await driver.fetchval("SELECT pg_current_snapshot()::text"))
        except Exception as reason:  # Whatever it is, those who wait must hear of it.
            log.warning("the database does not tell whether anything was committed: %s", reason)
            await self.close()
            return None

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None
