"""Writing a migration: what has changed in a feature's tables since its last one."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from booking.storage.engine import engine_for
from booking.storage.migrate import MigrationHistory, alembic_config, migrate


def write_revision(history: MigrationHistory, tables: Iterable[str], what: str) -> Path | None:
    """The file of a new revision, to be read before it is kept; None if nothing has changed."""
    history.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'empty.sqlite3'}"
        migrate(url, [history])
        return asyncio.run(_autogenerate(url, history, tables, what))


async def _autogenerate(url: str, history: MigrationHistory, tables: Iterable[str], what: str) -> Path | None:
    engine = engine_for(url)
    try:
        async with engine.execution_options(writes=True).begin() as connection:
            return await connection.run_sync(_write, history, tables, what)
    finally:
        await engine.dispose()


def _write(
    connection: Connection, history: MigrationHistory, tables: Iterable[str], what: str
) -> Path | None:
    from alembic import command

    def unless_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives.clear()

    number = f"{int(history.newest or 0) + 1:04}"
    written = command.revision(
        alembic_config(connection, history, tables=tables),
        what,
        autogenerate=True,
        rev_id=number,
        version_path=str(history.folder),
        process_revision_directives=unless_empty,
    )
    return Path(written.path) if written and not isinstance(written, list) else None
