"""Compatibility: which programs can work on the tables of a newer one, as in an update without a pause.

A revision that the version before can't stand says `oldest_program = "0074"`: the newest revision that the
oldest program knows which does without what is taken away.
"""

from typing import TYPE_CHECKING

from sqlalchemy import String, column, inspect, select, table, update
from sqlalchemy.engine import Connection

from booking.storage.migrations.history import CORE_HISTORY, VERSION_TABLE

if TYPE_CHECKING:
    from alembic.config import Config

VERSION = table(VERSION_TABLE, column("version_num", String), column("oldest_program", String))
COLUMN = "oldest_program"


class NewerDatabase(Exception):
    """The database's tables are of a later version, and this program can't work on them."""


def newer_revision(connection: Connection) -> str | None:
    """The revision of the database, if this program does not know it and can work on its tables all the same.

    Raises:
        NewerDatabase: it can't.
    """
    revision, oldest_program = _versions(connection)
    if revision is None or CORE_HISTORY.has(revision):
        return None
    newest = CORE_HISTORY.newest or ""
    if oldest_program is None or oldest_program > newest:
        raise NewerDatabase(
            f"the database is newer than this program: its tables are of revision {revision}, and the "
            f"program knows those up to {newest}. Install the newer version again, or restore the backup "
            "from before the update"
        )
    return revision


def refuse_newer(connection: Connection) -> None:
    """
    Raises:
        NewerDatabase: the program does not know the revision of the database.
    """
    if revision := newer_revision(connection):
        raise NewerDatabase(
            f"the database is newer than this program: its tables are of revision {revision}. Servers of "
            "this version can go on with it, and this command can't: run that of the newer version"
        )


def note_oldest_program(connection: Connection, config: "Config") -> None:
    """Store it beside the revision that the database now has."""
    from alembic.script import ScriptDirectory

    revision, noted = _versions(connection)
    if revision is None or not _has_column(connection):
        return
    scripts = ScriptDirectory.from_config(config).walk_revisions(head=revision)
    oldest = max(getattr(script.module, COLUMN, "") for script in scripts)
    if oldest != noted:
        connection.execute(update(VERSION).values({COLUMN: oldest}))


def _versions(connection: Connection) -> tuple[str | None, str | None]:
    """The revision, and the oldest program for it."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None, None
    columns = [VERSION.c.version_num, *([VERSION.c.oldest_program] if _has_column(connection) else [])]
    row = connection.execute(select(*columns)).first()
    return (row[0], row[1] if len(row) > 1 else None) if row else (None, None)


def _has_column(connection: Connection) -> bool:
    return any(column["name"] == COLUMN for column in inspect(connection).get_columns(VERSION_TABLE))
