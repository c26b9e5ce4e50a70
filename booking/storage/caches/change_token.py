"""Change tokens: a database's own mark of its state, which differs after each commit.

A counter of ours would be a row that every booking locks, and a change that doesn't raise it would go unseen.
"""

import asyncio
import logging
import math
import sqlite3
from collections.abc import Hashable
from contextlib import nullcontext
from typing import Protocol, cast

import asyncpg
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine

from booking.storage.connection.sqlite_files import identity_of, uri_of_existing
from booking.storage.engine import IS_POOLED

log = logging.getLogger("book_online")

SHARED_SECONDS = 0.005
"""How long a token of PostgreSQL is shared: reading it is a round trip."""
READ_TIMEOUT_SECONDS = 2
"""After which computing a response anew is quicker than waiting for the token."""


class ChangeToken(Protocol):
    async def read(self, *, is_recent: bool = True) -> Hashable:
        """Equal to an earlier token only if nothing was committed in between; None if it can't be read.

        Unless a recent one is good enough, the token is read after the call.
        """

    async def wait_until_visible(self) -> None:
        """Return when every token read from now on, by any process, reflects all earlier commits."""

    async def close(self) -> None: ...


def change_token_of(engine: AsyncEngine) -> ChangeToken:
    return SqliteChangeToken(engine) if engine.dialect.name == "sqlite" else PostgresChangeToken(engine)


class SqliteChangeToken:
    """Read in microseconds inside the event loop, once for each of its turns.

    All readers of one turn came before the first of them read; later ones read in the next turn.

    https://www.sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._file = engine.url.database or ""
        self._cursor: sqlite3.Cursor | None = None
        self._identity: Hashable = None
        self._token: Hashable = None

    async def read(self, *, is_recent: bool = True) -> Hashable:
        if self._token is None:
            self._token = await self._read()
            asyncio.get_running_loop().call_soon(self._forget)
        return self._token

    def _forget(self) -> None:
        self._token = None

    async def wait_until_visible(self) -> None:
        """Nothing to do: the commit waited for the disk, and the loop has turned meanwhile."""

    async def _read(self) -> Hashable:
        if (identity := identity_of(self._file)) != self._identity:
            await self.close()
        self._identity = identity
        try:
            if self._cursor is None:
                connection = sqlite3.connect(
                    uri_of_existing(self._file), timeout=0, isolation_level=None, uri=True
                )
                self._cursor = connection.cursor()
            return identity, self._cursor.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            await self.close()
            return None

    async def close(self) -> None:
        if self._cursor is not None:
            self._cursor.connection.close()
            self._cursor = None


class PostgresChangeToken:
    """The transactions that can be seen. One read serves all requests that come during it, or soon after.

    So a token may miss a commit of the last `shared_for` seconds. A change is confirmed only after
    `wait_until_visible`, so that a client that knows of it gets no older response from any process.

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
    """

    def __init__(self, engine: AsyncEngine, *, shared_for: float = SHARED_SECONDS) -> None:
        self._engine = engine
        self._is_pooled = engine.get_execution_options()[IS_POOLED]
        self._shared_for = shared_for
        self._connection: PoolProxiedConnection | None = None
        self._reading: asyncio.Task[Hashable] | None = None
        self._started_at = -math.inf
        self._is_closed = False

    async def read(self, *, is_recent: bool = True) -> Hashable:
        if self._is_closed:
            return None
        loop = asyncio.get_running_loop()
        oldest_start = loop.time() - (self._shared_for if is_recent else 0)
        while self._reading is None or self._started_at <= oldest_start:
            if self._reading is None or self._reading.done():
                self._started_at, self._reading = loop.time(), loop.create_task(self._read())
            else:
                await asyncio.wait([self._reading])
        return self._reading.result() if self._reading.done() else await asyncio.shield(self._reading)

    async def wait_until_visible(self) -> None:
        await asyncio.sleep(self._shared_for)

    async def _read(self) -> Hashable:
        try:
            async with asyncio.timeout(READ_TIMEOUT_SECONDS):
                if self._connection is None:
                    self._connection = await self._engine.raw_connection()
                driver = cast("asyncpg.Connection", self._connection.driver_connection)
                async with driver.transaction() if self._is_pooled else nullcontext():
                    return cast(str, await driver.fetchval("SELECT pg_current_snapshot()::text"))
        except Exception as reason:  # Requests that wait for the task need a result.
            log.warning("the change token can't be read: %s", reason)
            self._drop_connection()
            return None

    async def close(self) -> None:
        """End the connection; no later read opens another one.

        A read whose request was cancelled goes on in its own task, and may just be getting its connection.
        """
        self._is_closed = True
        if self._reading is not None:
            await asyncio.wait([self._reading])
        self._drop_connection()

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None
