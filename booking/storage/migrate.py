"""Bringing a database to the newest tables, once, however many replicas start at the same time."""

import asyncio
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from sqlalchemy import String, column, inspect, select, table, text
from sqlalchemy import Table as SomeTable
from sqlalchemy.engine import Connection

from booking.domain.error_text import one_line
from booking.storage.base import Table, core_table
from booking.storage.engine import engine_for
from booking.storage.session import BookingSession

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x626F6F6B  # any constant: PostgreSQL's advisory lock for "we are setting up"


@dataclass(frozen=True)
class MigrationHistory:
    """A folder of Alembic's revisions, numbered `0001_...`, and the table that says how far they are done.

    Each feature has its own, so that one that is taken out leaves the others' in order.
    """

    folder: Path
    version_table: str

    @property
    def newest(self) -> str | None:
        """None while there is no revision."""
        return max((file.name.partition("_")[0] for file in self.folder.glob("[0-9]*.py")), default=None)


CORE_HISTORY = MigrationHistory(MIGRATIONS / "versions", "alembic_version")
NO_HISTORIES: Sequence[MigrationHistory] = ()


def feature_history(feature: str, folder: Path) -> MigrationHistory:
    return MigrationHistory(folder, f"{feature}_alembic_version")


class MigrationError(Exception):
    """A feature's revisions can't be followed: which history, and why; its cause, where it has one."""

    def __init__(self, history: MigrationHistory, why: str = "", file: str = "") -> None:
        super().__init__(why)
        self.history = history
        self.why = why
        self.file = file


def migrate(url: str, others: Sequence[MigrationHistory] = NO_HISTORIES) -> None:
    """Upgrades to the newest revisions, ours first; does nothing when they are there already.

    Refuses with BrokenHistory.
    """
    asyncio.run(_migrate(url, [CORE_HISTORY, *others]))


async def _migrate(url: str, histories: Sequence[MigrationHistory]) -> None:
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(_is_up_to_date, histories):
                return
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(_upgrade, histories)
    finally:
        await engine.dispose()


async def lock_setup(session: BookingSession) -> None:
    """Until the transaction ends, nobody else migrates the database or loads a clinic's file into it."""
    await (await session.connection()).run_sync(_lock)


def missing_schema(url: str, kinds: Sequence[type[Table]]) -> list[str]:
    """Tables, and columns as `table.column`, that no migration has made."""

    async def look() -> list[str]:
        engine = engine_for(url)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(_missing, [core_table(kind) for kind in kinds])
        finally:
            await engine.dispose()

    return asyncio.run(look()) if kinds else []


def _missing(connection: Connection, tables: Sequence[SomeTable]) -> list[str]:
    there = inspect(connection)
    found = []
    for wanted in tables:
        if not there.has_table(wanted.name):
            found.append(wanted.name)
            continue
        columns = {column["name"] for column in there.get_columns(wanted.name)}
        found += [f"{wanted.name}.{column.name}" for column in wanted.columns if column.name not in columns]
    return found


def _is_up_to_date(connection: Connection, histories: Sequence[MigrationHistory]) -> bool:
    """Found out without Alembic: importing it takes a server more time and memory than all else here."""
    there = set(inspect(connection).get_table_names())
    return all(history.newest in _current_revisions(connection, history, there) for history in histories)


def _current_revisions(
    connection: Connection, history: MigrationHistory, there: set[str]
) -> list[str | None]:
    if history.version_table not in there:
        return [None]
    version = table(history.version_table, column("version_num", String))
    return list(connection.scalars(select(version.c.version_num)))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway.
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # However long the first one takes.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _upgrade(connection: Connection, histories: Sequence[MigrationHistory]) -> None:
    from alembic import command

    _lock(connection)
    there = set(inspect(connection).get_table_names())
    for history in histories:
        done = _current_revisions(connection, history, there)
        config = alembic_config(connection, history)
        if history == CORE_HISTORY:
            command.upgrade(config, "head")
            continue
        with _attributing_errors_to(history):
            _check(history, config, done)
            command.upgrade(config, "head")


def _check(history: MigrationHistory, config: "Config", done: Collection[str | None]) -> None:
    from alembic.script import ScriptDirectory

    with warnings.catch_warnings():
        # Only warned of by Alembic, which then fails with less of a reason.
        warnings.filterwarnings("error", category=UserWarning, module=r"alembic\.script")
        scripts = ScriptDirectory.from_config(config)
        try:
            known = {revision.revision for revision in scripts.walk_revisions()}
        except UserWarning as warned:
            raise MigrationError(history, one_line(warned)) from warned
    heads = scripts.get_heads()
    if len(heads) > 1:
        raise MigrationError(
            history, f"{' and '.join(sorted(heads))} are both its last: one follows the other"
        )
    if newer := [revision for revision in done if revision and revision not in known]:
        why = f"the database has its revision {newer[0]}, the package has not: is it an older one?"
        raise MigrationError(history, why)


@contextmanager
def _attributing_errors_to(history: MigrationHistory) -> Iterator[None]:
    try:
        yield
    except (MigrationError, KeyboardInterrupt):
        raise
    except BaseException as reason:  # it is somebody else's code
        files = [frame.f_code.co_filename for frame, _ in walk_tb(reason.__traceback__)]
        if isinstance(reason, SyntaxError) and reason.filename:
            files.append(reason.filename)
        folder = history.folder.resolve()
        within = [Path(file).name for file in files if Path(file).resolve().parent == folder]
        raise MigrationError(history, file=within[-1] if within else "") from reason


def alembic_config(
    connection: Connection, history: MigrationHistory = CORE_HISTORY, *, tables: Iterable[str] = ()
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
