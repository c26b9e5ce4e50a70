"""The database of the key store, whose errors are told of the key store."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from booking.domain.errors import OutOfOrder
from booking.encryption.key_ring import KeyProblem
from booking.storage.connection.error_causes import explain
from booking.storage.connection.sqlite_files import path_of
from booking.storage.connection.write_ahead_log import empty_log
from booking.storage.engine import database_url, engine_for
from booking.storage.key_store.table import DATA_KEYS, KEY_STORE
from booking.storage.transient_errors import database_errors_as_refusals

log = logging.getLogger("book_online")

MAX_CHECKPOINTS = 20
CHECKPOINT_PAUSE_SECONDS = 0.05
CONNECTIONS = 2
SETUP_LOCK = 0x6B657973  # any constant


class WrongKeyStore(KeyProblem):
    """The clinic's database was encrypted with the keys of another key store, or those are lost."""


class KeyStoreDatabase:
    """Reads and changes the key store; its engine opens at the first use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine: AsyncEngine | None = None
        self._creates = False

    @property
    def engine(self) -> AsyncEngine:
        """
        Raises:
            WrongKeyStore: there is no such file.
        """
        if self._engine is None:
            if not self._creates:
                self._check_file()
            self._engine = engine_for(self.url, connections=CONNECTIONS, creates=self._creates)
        return self._engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        with self._errors_as_problems():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[AsyncConnection]:
        with self._errors_as_problems():
            async with self.engine.execution_options(writes=True).begin() as connection:
                yield connection

    @contextmanager
    def _errors_as_problems(self) -> Iterator[None]:
        """What an operator must repair is told of the key store, not of the clinic's database."""
        try:
            with database_errors_as_refusals(self.url):
                yield
        except OutOfOrder as refusal:
            why = explain(refusal.__cause__, self.url) if isinstance(refusal.__cause__, Exception) else None
            raise KeyProblem(f"the key store {self.name} can't be used: {why or refusal}") from refusal

    @asynccontextmanager
    async def setting_up(self) -> AsyncIterator[AsyncConnection]:
        """As `changing`, where processes that start at the same time take turns. Makes what isn't there."""
        await self.close()
        self._creates = True
        async with self.changing() as connection:
            await connection.run_sync(_make_table)
            yield connection

    async def has_table(self) -> bool:
        async with self.reading() as connection:
            return await connection.run_sync(lambda sync: inspect(sync).has_table(DATA_KEYS.name))

    async def overwrite_old_rows(self) -> None:
        """Take destroyed keys out of the files, too."""
        if self.engine.dialect.name == "postgresql":
            autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            with database_errors_as_refusals(self.url):
                async with autocommit.connect() as connection:
                    await connection.exec_driver_sql(f"VACUUM FULL {DATA_KEYS.name}")
            return
        for _ in range(MAX_CHECKPOINTS):  # A transaction that reads prevents it for a moment.
            if await asyncio.to_thread(empty_log, self.name):
                return
            await asyncio.sleep(CHECKPOINT_PAUSE_SECONDS)
        log.warning("destroyed data keys stay in the log of %s until it is read no more", self.name)

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    def _check_file(self) -> None:
        file = path_of(self.name) if self.url.startswith("sqlite") else None
        if file and not file.exists():
            raise WrongKeyStore(
                f"there is no key store {self.name}, with whose keys patients' data were encrypted: restore "
                "its latest backup, or check BOOK_ONLINE_DATA_KEYS_URL (nothing was changed)"
            )

    @property
    def name(self) -> str:
        """The database, or the path of its file."""
        return str(database_url(self.url).database)


def _make_table(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(SETUP_LOCK)))
    KEY_STORE.create_all(connection)
