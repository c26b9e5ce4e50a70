"""Alembic runs this file: it compares or migrates the tables of one history on the given connection."""

from typing import Any, Literal

from alembic import context

from booking.storage.base import DurationInMinutes, Table, UtcDateTime

attributes = context.config.attributes


def render_column_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our column types by their database types, so that an old revision needs no code of ours."""
    if kind == "type" and isinstance(item, DurationInMinutes):
        return "sa.Integer()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_in_history(_item: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """A revision is about the tables of one history, although the database holds others."""
    return kind != "table" or name in attributes["tables"]


context.configure(
    connection=attributes["connection"],
    target_metadata=Table.metadata,
    version_table=attributes["version_table"],
    include_object=is_in_history,
    render_item=render_column_type,
    render_as_batch=True,  # SQLite alters a table by making it anew.
    transactional_ddl=False,  # The caller has opened the transaction.
)
context.run_migrations()
