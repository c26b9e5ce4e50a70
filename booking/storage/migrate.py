"""Bringing a database to the newest tables, once, however many replicas start at the same time."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage.database import engine_for

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x626F6F6B  # any constant: PostgreSQL's advisory lock for "we are setting up"


def migrate(url: str) -> None:
    """Upgrades to the newest revision; does nothing when it is there already."""
    asyncio.run(_migrate(url))


async def _migrate(url: str) -> None:
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(is_newest):
                return
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def one_at_a_time(session: AsyncSession) -> None:
    """Until the transaction ends, nobody else migrates the database or loads a clinic's file into it."""
    await (await session.connection()).run_sync(_lock)


def is_newest(connection: Connection) -> bool:
    """Found out without Alembic: importing it takes a server more time and memory than all else here."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [newest]


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway.
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # However long the first one takes.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _upgrade(connection: Connection) -> None:
    from alembic import command

    _lock(connection)
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
