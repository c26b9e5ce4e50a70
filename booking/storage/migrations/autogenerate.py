"""Writes a revision: the changes to a feature's tables since its last one."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from booking.storage.migrations.history import MigrationHistory, alembic_config
from booking.storage.migrations.upgrade import migrate, with_connection


def write_revision(history: MigrationHistory, tables: Iterable[str], title: str) -> Path | None:
    """The file of a new revision, to be read before it is committed; None if nothing has changed."""
    history.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'empty.sqlite3'}"
        migrate(url, [history])
        return with_connection(
            url, lambda connection: _autogenerate(connection, history, tables, title), writes=True
        )


def _autogenerate(
    connection: Connection, history: MigrationHistory, tables: Iterable[str], title: str
) -> Path | None:
    from alembic import command

    def skip_if_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives.clear()

    script = command.revision(
        alembic_config(connection, history, tables=tables),
        title,
        autogenerate=True,
        rev_id=f"{int(history.newest or 0) + 1:04}",
        version_path=str(history.folder),
        process_revision_directives=skip_if_empty,
    )
    return Path(script.path) if script and not isinstance(script, list) else None
