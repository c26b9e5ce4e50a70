"""Upgrades a database to the newest tables, once, however many replicas start at the same time."""

import asyncio
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import String, column, inspect, select, table
from sqlalchemy.engine import Connection

from booking.domain.error_text import one_line
from booking.storage.base import Table, core_table
from booking.storage.connection.sqlite_dialect import DRIVER
from booking.storage.connection.sqlite_files import path_of
from booking.storage.engine import database_url, engine_for
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.migrations.compatibility import newer_revision, note_oldest_program, refuse_newer
from booking.storage.migrations.history import (
    CORE_HISTORY,
    MigrationError,
    MigrationHistory,
    alembic_config,
)
from booking.storage.migrations.move_mark import refuse_if_moved
from booking.storage.migrations.table_definitions import changed_tables, table_definitions
from booking.storage.queries.locks import lock_setup_of

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")


def migrate(url: str, features: Sequence[MigrationHistory] = (), data_keys: DataKeys | None = None) -> bool:
    """Upgrade to the newest revisions, the core's first. A database that has them all is not locked.

    Return whether it lacked some.

    A database with patients whose data are readable needs `data_keys`, which encrypt them.

    Raises:
        MigrationError: a feature's revisions can't be applied.
        NewerDatabase: a later version has migrated it, and this one can't work on it.
        DatabaseMoves: the clinic is being moved, or was moved away.
        KeyProblem: patients' data can't be encrypted.
    """
    histories = [CORE_HISTORY, *features]
    if with_connection(url, lambda connection: _is_up_to_date(connection, histories), creates=True):
        return False
    upgrade = partial(_upgrade, histories=histories, data_keys=data_keys)
    with_connection(url, upgrade, writes=True, data_keys=data_keys)
    return True


def is_migrated(url: str) -> bool:
    """Whether the core's tables are today's, or newer ones that this program can work on.

    A database that isn't there is not made.

    Raises:
        NewerDatabase: a later version has migrated it, and this one can't work on it.
        DatabaseMoves: the clinic is being moved, or was moved away.
    """
    return bool(with_existing(url, lambda connection: _is_up_to_date(connection, [CORE_HISTORY])))


def with_existing(url: str, work: Callable[[Connection], T]) -> T | None:
    """Run `work`, which only reads; None where SQLite's file isn't there."""
    full_url = database_url(url)
    file = path_of(full_url.database or "") if full_url.drivername == DRIVER else None
    if file and file.parent.is_dir() and not file.exists():
        return None
    return with_connection(url, work)


def missing_schema(url: str, kinds: Sequence[type[Table]]) -> list[str]:
    """Tables, and columns as `table.column`, that no migration has made."""
    return with_connection(url, lambda connection: _missing(connection, kinds)) if kinds else []


def with_connection(
    url: str,
    work: Callable[[Connection], T],
    *,
    writes: bool = False,
    creates: bool = False,
    data_keys: DataKeys | None = None,
) -> T:
    """Run `work` in one transaction, where no event loop is running. `creates`: SQLite may make the file.

    `data_keys` that `work` uses are closed, because their connections end with the loop.
    """

    async def run() -> T:
        try:
            return await on_database(url, work, writes=writes, creates=creates)
        finally:
            if data_keys is not None:
                await data_keys.close()

    return asyncio.run(run())


async def on_database(
    url: str, work: Callable[[Connection], T], *, writes: bool = False, creates: bool = False
) -> T:
    """Run `work` in one transaction of its own. `creates`: SQLite may make the file."""
    engine = engine_for(url, creates=creates)
    try:
        async with engine.execution_options(writes=writes).begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _missing(connection: Connection, kinds: Sequence[type[Table]]) -> list[str]:
    inspector = inspect(connection)
    missing = []
    for expected in map(core_table, kinds):
        if not inspector.has_table(expected.name):
            missing.append(expected.name)
            continue
        columns = {column["name"] for column in inspector.get_columns(expected.name)}
        missing += [f"{expected.name}.{col.name}" for col in expected.columns if col.name not in columns]
    return missing


def _is_up_to_date(connection: Connection, histories: Sequence[MigrationHistory]) -> bool:
    """Answered without Alembic: importing it takes a server more time and memory than all else here."""
    refuse_if_moved(connection)
    return _have_newest(connection, _known(connection, histories))


def has_todays_tables(connection: Connection, histories: Sequence[MigrationHistory]) -> bool:
    """
    Raises:
        NewerDatabase: a later version has migrated it.
    """
    refuse_newer(connection)
    return _have_newest(connection, histories)


def _have_newest(connection: Connection, histories: Sequence[MigrationHistory]) -> bool:
    return all(history.newest in _current_revisions(connection, history) for history in histories)


def _known(connection: Connection, histories: Sequence[MigrationHistory]) -> list[MigrationHistory]:
    """Without the core's, where a newer program has migrated it and this one can work on its tables."""
    is_newer = newer_revision(connection) is not None
    return [history for history in histories if not (is_newer and history == CORE_HISTORY)]


def _current_revisions(connection: Connection, history: MigrationHistory) -> list[str | None]:
    if not inspect(connection).has_table(history.version_table):
        return [None]
    version = table(history.version_table, column("version_num", String))
    return list(connection.scalars(select(version.c.version_num)))


def _upgrade(
    connection: Connection, histories: Sequence[MigrationHistory], data_keys: DataKeys | None
) -> None:
    from alembic import command

    lock_setup_of(connection)
    for history in _known(connection, histories):
        config = alembic_config(connection, history)
        config.attributes["data_keys"] = data_keys
        if history == CORE_HISTORY:
            command.upgrade(config, "head")
            note_oldest_program(connection, config)
            continue
        with _attributing_errors_to(history):
            _check(history, config, _current_revisions(connection, history))
            before = table_definitions(connection)
            command.upgrade(config, "head")
            _refuse_changes_elsewhere(history, changed_tables(before, table_definitions(connection)))


def upgrade_to(
    connection: Connection, revisions: Mapping[MigrationHistory, str], check: Callable[[Connection], None]
) -> None:
    """Make the tables of these revisions, in the caller's transaction, unless `check` raises.

    It is called once no other process migrates the database.
    """
    from alembic import command

    lock_setup_of(connection)
    check(connection)
    for history, revision in revisions.items():
        command.upgrade(config := alembic_config(connection, history), revision)
        if history == CORE_HISTORY:
            note_oldest_program(connection, config)


def _refuse_changes_elsewhere(history: MigrationHistory, changed: Sequence[str]) -> None:
    foreign = [name for name in changed if not name.startswith(history.table_prefix)]
    if foreign:
        why = f"they change {', '.join(foreign)}; a feature's tables begin with {history.table_prefix!r}"
        raise MigrationError(history, why)


def _check(history: MigrationHistory, config: "Config", current: Sequence[str | None]) -> None:
    """Find what Alembic only warns of, or fails at with less of a reason.

    Raises:
        MigrationError: two revisions are the last one, or the database is newer than the package.
    """
    from alembic.script import ScriptDirectory

    with warnings.catch_warnings():
        warnings.filterwarnings("error", category=UserWarning, module=r"alembic\.script")
        scripts = ScriptDirectory.from_config(config)
        try:
            known = {revision.revision for revision in scripts.walk_revisions()}
        except UserWarning as warning:
            raise MigrationError(history, one_line(warning)) from warning
    heads = scripts.get_heads()
    if len(heads) > 1:
        why = f"{' and '.join(sorted(heads))} are both its last: one follows the other"
        raise MigrationError(history, why)
    if newer := [revision for revision in current if revision and revision not in known]:
        why = f"the database has its revision {newer[0]}, the package has not: is it an older one?"
        raise MigrationError(history, why)


@contextmanager
def _attributing_errors_to(history: MigrationHistory) -> Iterator[None]:
    try:
        yield
    except (MigrationError, KeyboardInterrupt):
        raise
    except BaseException as reason:  # a feature's revision may raise anything
        files = [frame.f_code.co_filename for frame, _ in walk_tb(reason.__traceback__)]
        if isinstance(reason, SyntaxError) and reason.filename:
            files.append(reason.filename)
        folder = history.folder.resolve()
        revisions = [Path(file).name for file in files if Path(file).resolve().parent == folder]
        raise MigrationError(history, file=revisions[-1] if revisions else "") from reason
