"""The source and the target of a move: each a database of the clinic and its key store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from booking.storage.connection.error_causes import Place, explain
from booking.storage.connection.postgresql_url import UnusableUrl
from booking.storage.connection.sqlite_files import identity_of
from booking.storage.engine import database_url, engine_for

T = TypeVar("T")


class TargetUnusable(Exception):
    """The target can't be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Site:
    """`keys_url` is None where the key store stays."""

    url: str
    keys_url: str | None

    @property
    def words(self) -> str:
        """Without a password."""
        place = Place(database_url(self.url))
        return str(place.file.absolute()) if place.is_sqlite else f"{place.url.database} at {place.address}"

    @property
    def is_sqlite(self) -> bool:
        return Place(database_url(self.url)).is_sqlite

    def is_same(self, other: "Site") -> bool:
        ours, theirs = database_url(self.url), database_url(other.url)
        if self.is_sqlite and other.is_sqlite:
            return self.words == other.words or (
                identity_of(str(ours.database)) == identity_of(str(theirs.database)) is not None
            )
        return self.words == other.words


@contextmanager
def errors_at_target(url: str) -> Iterator[None]:
    """
    Raises:
        TargetUnusable: its disk is full, it can't be reached, or may not be written.
    """
    try:
        yield
    except UnusableUrl as error:
        raise TargetUnusable(_of_target(str(error))) from error
    except (DBAPIError, NoFreeConnection, OSError) as error:
        sentence = explain(error, url)
        if sentence is None:
            raise
        raise TargetUnusable(f"the target of the move: {_of_target(sentence)}") from error


def _of_target(sentence: str) -> str:
    return sentence.replace("DATABASE_URL", "TARGET").replace(", and start again", ", and run this again")


async def on_both(source_url: str, target_url: str, work: Callable[[Connection, Connection], T]) -> T:
    """Run the work, which commits in the target itself; there, SQLite leaves foreign keys unchecked."""
    engines = source, target = engine_for(source_url), engine_for(target_url)
    if source.dialect.name == "postgresql":
        source = source.execution_options(isolation_level="AUTOCOMMIT")
    try:
        async with source.connect() as leaving:
            with errors_at_target(target_url):
                arriving = await target.connect()
            try:
                if target.dialect.name == "sqlite":
                    await arriving.exec_driver_sql("PRAGMA foreign_keys = OFF")
                    await arriving.rollback()
                await arriving.execution_options(writes=True)
                read = leaving.sync_connection
                assert read is not None
                return await arriving.run_sync(lambda write: work(read, write))
            finally:
                await arriving.close()
    finally:
        for engine in engines:
            await engine.dispose()
