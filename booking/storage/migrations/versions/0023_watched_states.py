"""Events about changes of the catalogue and of open times, and the states that were announced last."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

APPOINTMENTS = (
    "appointment.booked",
    "appointment.moved",
    "appointment.cancelled",
    "appointment.needs_attention",
)
CHANGES = ("catalogue.changed", "availability.changed")


def upgrade() -> None:
    op.create_table(
        "watched_states",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changing_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_watched_states")),
    )
    _allow((*APPOINTMENTS, *CHANGES))


def downgrade() -> None:
    op.execute(
        "DELETE FROM outbox_deliveries WHERE event IN (SELECT id FROM outbox_events "
        "WHERE kind IN ('catalogue.changed', 'availability.changed'))"
    )
    op.execute("DELETE FROM outbox_events WHERE kind IN ('catalogue.changed', 'availability.changed')")
    _allow(APPOINTMENTS)
    op.drop_table("watched_states")


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
