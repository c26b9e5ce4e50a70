"""Booked visits that the catalogue rules out, and the event about each."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BEFORE = ("appointment.booked", "appointment.moved", "appointment.cancelled")
KINDS = (*BEFORE, "appointment.needs_attention")


def upgrade() -> None:
    op.add_column("appointments", sa.Column("impossible_since", sa.DateTime(timezone=True), nullable=True))
    _allow(KINDS)


def downgrade() -> None:
    op.execute(
        "DELETE FROM outbox_deliveries WHERE event IN "
        "(SELECT id FROM outbox_events WHERE kind = 'appointment.needs_attention')"
    )
    op.execute("DELETE FROM outbox_events WHERE kind = 'appointment.needs_attention'")
    _allow(BEFORE)
    op.drop_column("appointments", "impossible_since")


def _allow(kinds: tuple[str, ...]) -> None:
    is_known = f"kind IN ({', '.join(map(repr, kinds))})"
    name = op.f("ck_outbox_events_kind")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(name, "outbox_events", type_="check")
        op.create_check_constraint(name, "outbox_events", is_known)
        return
    # SQLite makes the table anew, and dropping the former one would delete the deliveries of its events.
    op.execute("CREATE TEMPORARY TABLE kept_deliveries AS SELECT * FROM outbox_deliveries")
    op.execute("DELETE FROM outbox_deliveries")
    with op.batch_alter_table("outbox_events", recreate="always") as table:
        table.create_check_constraint(name, is_known)
    op.execute("INSERT INTO outbox_deliveries SELECT * FROM kept_deliveries")
    op.execute("DROP TABLE kept_deliveries")
