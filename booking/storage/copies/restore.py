"""Restoring: a backup into an empty database of either kind, in one transaction."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DataError, IntegrityError

from booking.domain.error_text import one_line
from booking.storage.copies.archive import Archive, ArchivedTable, Header, UnusableBackup
from booking.storage.copies.backup import Progress
from booking.storage.copies.set_aside import checks_set_aside
from booking.storage.copies.tables import (
    BATCH,
    CannotCopy,
    Row,
    StoredTable,
    continue_sequences,
    digest_of,
    empty_tables,
    row_writer,
    stored_tables,
)
from booking.storage.migrations.history import CORE_HISTORY, MigrationHistory, feature_of
from booking.storage.migrations.upgrade import upgrade_to, with_connection


class NotEmpty(Exception):
    """The database has tables already, which a restored backup would replace."""


def plan_restore(header: Header, features: Sequence[MigrationHistory]) -> dict[MigrationHistory, str]:
    """The revision of each history whose tables the backup holds.

    Raises:
        UnusableBackup: a newer version has made it, or a feature that isn't enabled here.
    """
    return plan_tables(header.revisions, features, of="the backup")


def plan_tables(
    revisions: Mapping[str, str], features: Sequence[MigrationHistory], *, of: str
) -> dict[MigrationHistory, str]:
    """As `plan_restore`, for the revisions of any database; `of` names it.

    Raises:
        UnusableBackup: a newer version has made it, or a feature that isn't enabled here.
    """
    known = {history.version_table: history for history in (CORE_HISTORY, *features)}
    plan = {}
    for version_table, revision in revisions.items():
        history = known.get(version_table)
        if history is None:
            raise UnusableBackup(
                f"{of} holds tables of the feature {feature_of(version_table)!r}, which isn't enabled here: "
                "install it, and name it under features in clinic.toml (nothing was changed)"
            )
        if not history.has(revision):
            owner = "this program" if history == CORE_HISTORY else f"the package of {history.table_prefix}"
            raise UnusableBackup(
                f"{of} is newer than {owner}: its tables are of revision {revision}, and those up to "
                f"{history.newest} are known. Install the newer version (nothing was changed)"
            )
        plan[history] = revision
    return dict(sorted(plan.items(), key=lambda item: item[0] != CORE_HISTORY))


def restore(
    url: str,
    archive: Archive,
    plan: Mapping[MigrationHistory, str],
    tables: Sequence[ArchivedTable],
    progress: Progress,
) -> None:
    """Make the tables of the backup's revision, load its rows, and compare them with the file's digests.

    All of it, or nothing. `tables` are those that the archive holds.

    Raises:
        NotEmpty: the database has tables.
        UnusableBackup: the file, or a row in it, can't be used.
        CannotCopy: a reference leads nowhere.
    """

    def load(connection: Connection) -> None:
        upgrade_to(connection, plan, refuse_unless_empty)
        stored = {table.name: table for table in stored_tables(connection)}
        _compare_tables(stored, tables)
        with checks_set_aside(connection):
            empty_tables(connection, stored.values())
            archive.read(RowLoader(connection, stored, progress, sum(table.rows for table in tables)))
            continue_sequences(connection, stored.values())
        for table in tables:
            compare_rows(connection, stored[table.name], table)

    with_connection(url, load, writes=True, creates=True)


def refuse_unless_empty(connection: Connection) -> None:
    """
    Raises:
        NotEmpty: the database has tables.
    """
    names = inspect(connection).get_table_names()
    if names:
        raise NotEmpty(
            f"the database is not empty (it has {len(names)} tables), and a restore replaces nothing: name "
            "an empty one in DATABASE_URL, or move this one away first (nothing was changed)"
        )


def _compare_tables(stored: Mapping[str, StoredTable], archived: Sequence[ArchivedTable]) -> None:
    ours = {name: table.columns for name, table in stored.items()}
    theirs = {table.name: list(table.columns) for table in archived}
    if ours != theirs:
        odd = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
        raise UnusableBackup(
            f"the backup's table {odd[0]} is not as the migrations make it: was it made or altered by hand? "
            "(nothing was changed)"
        )


def compare_rows(connection: Connection, stored: StoredTable, archived: ArchivedTable) -> None:
    found = digest_of(connection, stored)
    if (found.rows, found.hexdigest()) != (archived.rows, archived.sha256):
        raise CannotCopy(
            f"the table {stored.name} did not come out as it is in the backup ({found.rows} rows of "
            f"{archived.rows}): nothing was changed"
        )


class RowLoader:
    """Inserts the rows of a backup in batches."""

    def __init__(
        self, connection: Connection, stored: Mapping[str, StoredTable], progress: Progress, total: int
    ) -> None:
        self._connection = connection
        self._stored = stored
        self._progress = progress
        self._done, self._total = 0, total
        self._rows: list[Row] = []

    def begin(self, table: ArchivedTable) -> None:
        self._write = row_writer(self._connection, self._stored[table.name])
        self._name = table.name

    def read(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._flush()

    def end(self, _table: ArchivedTable) -> None:
        self._flush()

    def _flush(self) -> None:
        try:
            self._write(self._rows)
        except (DataError, IntegrityError) as error:
            reason = one_line(error.orig)
            raise UnusableBackup(
                f"a row of {self._name} breaks a rule of the database ({reason}): nothing was changed"
            ) from error
        self._done += len(self._rows)
        self._rows = []
        self._progress(self._done, self._total)
