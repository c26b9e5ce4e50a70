"""Prepares a clinic's database and its key store for each other."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Connection

from booking.storage.connection.write_ahead_log import empty_log
from booking.storage.engine import engine_for
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.key_store.location import make_key_database
from booking.storage.key_store.reference import key_store_reference, set_key_store_reference
from booking.storage.migrations.move_mark import refuse_if_moved
from booking.storage.migrations.upgrade import with_connection

ENCRYPTED_TABLES = ("patients", "appointments", "outbox_deliveries", "webhook_endpoints")
STATISTICS = "pg_catalog.pg_statistic"
"""PostgreSQL's planner keeps the most common values of each column."""


def prepare_key_store(
    url: str, data_keys: DataKeys, make_key: Callable[[], None], *, now: datetime
) -> str | None:
    """Make the key store of a new database; check that of another. Returns its reference if it is new.

    `make_key` is called for a new database, and may make the key-encryption key.

    Raises:
        DatabaseMoves: the clinic leaves this database, has left it, or has not arrived in it.
        WrongKeyStore: this database was encrypted with other keys. Nothing was changed.
        KeyProblem: the key-encryption keys can't be used, or no database for the key store be made.
    """

    def read_reference(connection: Connection) -> str | None:
        refuse_if_moved(connection)  # First: the key store may not have arrived either.
        return key_store_reference(connection)

    reference = with_connection(url, read_reference, creates=True)

    async def prepare() -> str:
        try:
            if reference is None:
                make_key()
                data_keys.current_ring()  # Nothing is made without a key.
                await make_key_database(url, data_keys.database.url)
            return await data_keys.prepare(reference, now=now)
        finally:
            await data_keys.close()

    own = asyncio.run(prepare())
    return own if reference is None else None


def refer_to_key_store(url: str, reference: str) -> None:
    """Remember the key store of a database that is migrated now."""

    def refer(connection: Connection) -> None:
        if key_store_reference(connection) is None:  # Another replica may have been faster.
            set_key_store_reference(connection, reference)

    with_connection(url, refer, writes=True)


def overwrite_former_rows(url: str) -> None:
    """Take out of the files what the tables held before their data were encrypted."""

    async def vacuum() -> None:
        engine = engine_for(url)
        try:
            async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                if engine.dialect.name == "sqlite":
                    await connection.exec_driver_sql("VACUUM")
                    empty_log(str(engine.url.database))
                    return
                for table in (*ENCRYPTED_TABLES, STATISTICS):
                    await connection.exec_driver_sql(f"VACUUM FULL {table}")
        finally:
            await engine.dispose()

    asyncio.run(vacuum())
