"""Bringing a database to the newest tables, once, however many replicas start at the same time."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import String, column, inspect, select, table, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage.database import engine_for

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x626F6F6B  # any constant: PostgreSQL's advisory lock for "we are setting up"


@dataclass(frozen=True)
class History:
    """A folder of Alembic's revisions, numbered `0001_...`, and the table that says how far they are done.

    Each feature has its own, so that one that is taken out leaves the others' in order.
    """

    folder: Path
    version_table: str

    @property
    def newest(self) -> str | None:
        """None while there is no revision."""
        return max((file.name.partition("_")[0] for file in self.folder.glob("[0-9]*.py")), default=None)


OURS = History(MIGRATIONS / "versions", "alembic_version")
NO_OTHERS: Sequence[History] = ()


def history_of(feature: str, folder: Path) -> History:
    return History(folder, f"{feature}_alembic_version")


def migrate(url: str, others: Sequence[History] = NO_OTHERS) -> None:
    """Upgrades to the newest revisions, ours first; does nothing when they are there already."""
    asyncio.run(_migrate(url, [OURS, *others]))


async def _migrate(url: str, histories: Sequence[History]) -> None:
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(_is_newest, histories):
                return
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(_upgrade, histories)
    finally:
        await engine.dispose()


async def one_at_a_time(session: AsyncSession) -> None:
    """Until the transaction ends, nobody else migrates the database or loads a clinic's file into it."""
    await (await session.connection()).run_sync(_lock)


def missing_tables(url: str, tables: Iterable[str]) -> list[str]:
    """Those that no migration has made."""

    async def look() -> list[str]:
        engine = engine_for(url)
        try:
            async with engine.connect() as connection:
                there = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
        finally:
            await engine.dispose()
        return [table for table in tables if table not in there]

    return asyncio.run(look())


def _is_newest(connection: Connection, histories: Sequence[History]) -> bool:
    """Found out without Alembic: importing it takes a server more time and memory than all else here."""
    there = set(inspect(connection).get_table_names())
    return all(history.newest in _done(connection, history, there) for history in histories)


def _done(connection: Connection, history: History, there: set[str]) -> list[str | None]:
    if history.version_table not in there:
        return [None]
    version = table(history.version_table, column("version_num", String))
    return list(connection.scalars(select(version.c.version_num)))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway.
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # However long the first one takes.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _upgrade(connection: Connection, histories: Sequence[History]) -> None:
    from alembic import command

    _lock(connection)
    for history in histories:
        command.upgrade(alembic_config(connection, history), "head")


def alembic_config(
    connection: Connection, history: History = OURS, *, tables: Iterable[str] = ()
) -> "Config":
    """`tables` are those that a new revision is about."""
    from alembic.config import Config

    config = Config(stdout=StringIO())
    config.set_main_option("script_location", _escaped(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(history.folder))
    config.attributes |= {"connection": connection, "version_table": history.version_table}
    config.attributes["tables"] = frozenset(tables)
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
