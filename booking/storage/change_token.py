"""Whether anything was committed since: the database's own word for it, so that no writer has to tell.

A counter of ours would be a row that every booking fights for, and a change that forgets it would go unseen.
"""

import asyncio
import logging
import math
import sqlite3
from collections.abc import Hashable
from typing import Protocol, cast

import asyncpg
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger("book_online")

SHARED_SECONDS = 0.005
"""How long a look at PostgreSQL is believed: it takes a way there and back, which many can share."""
PATIENCE_SECONDS = 2
"""Whoever waits for longer is better served with an answer that is worked out."""


class ChangeToken(Protocol):
    async def look(self) -> Hashable:
        """Equal to an earlier one only if nothing was committed in between; None when nobody can tell."""

    async def wait_until_visible(self) -> None:
        """Returns when whatever was committed before is part of every look from now on, by any process."""

    async def close(self) -> None: ...


def change_token_of(engine: AsyncEngine) -> ChangeToken:
    return SqliteChangeToken(engine) if engine.dialect.name == "sqlite" else PostgresChangeToken(engine)


class SqliteChangeToken:
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

    async def wait_until_visible(self) -> None:
        """Who committed waited for the disk, and the loop has turned meanwhile."""

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


class PostgresChangeToken:
    """Which transactions can be seen. A look serves all who come while it is under way, or soon after.

    So it may miss what was committed within `believed_for` before it was asked for: whoever confirms a
    change waits for as long first (`be_seen`), and then nobody who has that answer is given an older one.

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
    """

    def __init__(self, engine: AsyncEngine, *, believed_for: float = SHARED_SECONDS) -> None:
        self._engine = engine
        self._believed_for = believed_for
        self._connection: PoolProxiedConnection | None = None
        self._looking: asyncio.Task[Hashable] | None = None
        self._began = -math.inf

    async def look(self) -> Hashable:
        loop = asyncio.get_running_loop()
        since = loop.time() - self._believed_for
        while self._looking is None or self._began <= since:
            if self._looking is None or self._looking.done():
                self._began, self._looking = loop.time(), loop.create_task(self._look())
            else:
                await asyncio.wait([self._looking])
        return self._looking.result() if self._looking.done() else await asyncio.shield(self._looking)

    async def wait_until_visible(self) -> None:
        await asyncio.sleep(self._believed_for)

    async def _look(self) -> Hashable:
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
