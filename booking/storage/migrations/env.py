"""What Alembic runs: our tables, or a feature's, against the connection that it was handed."""

from typing import Any, Literal

from alembic import context

from booking.storage.base import Table
from booking.storage.column_types import DurationInMinutes, UtcDateTime

given = context.config.attributes


def plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our column types as what they are in a database, so that an old migration needs no code of ours."""
    if kind == "type" and isinstance(item, DurationInMinutes):
        return "sa.Integer()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_meant(item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """A revision is about the tables of one history, whatever else the database holds."""
    return kind != "table" or name in given["tables"]


context.configure(
    connection=given["connection"],
    target_metadata=Table.metadata,
    version_table=given["version_table"],
    include_object=is_meant,
    render_item=plain_type,
    render_as_batch=True,  # SQLite alters a table by making it anew.
    transactional_ddl=False,  # The caller's transaction is around everything.
)
context.run_migrations()
