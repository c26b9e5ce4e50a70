"""What Alembic runs: our tables against the connection that it was handed."""

from typing import Any, Literal

from alembic import context

from booking.storage import feeds, intentions, outbox, tables, webhooks  # noqa: F401  (they hold tables)
from booking.storage.columns import Minutes, UtcDateTime


def plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our column types as what they are in a database, so that an old migration needs no code of ours."""
    if kind == "type" and isinstance(item, Minutes):
        return "sa.Integer()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.Clinic.metadata,
    render_item=plain_type,
    render_as_batch=True,  # SQLite alters a table by making it anew.
    transactional_ddl=False,  # The caller's transaction is around everything.
)
context.run_migrations()
