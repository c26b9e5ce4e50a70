"""Outbox events, their listeners, and the deliveries that are due."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KINDS = ("appointment.booked", "appointment.moved", "appointment.cancelled")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("appointments", sa.JSON(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_occurred_at", "events", ["occurred_at"])
    op.create_table(
        "listeners",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_listeners"),
    )
    op.create_table(
        "deliveries",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("listener", sa.String(length=64), nullable=False),
        sa.Column("manage_token", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name="fk_deliveries_event", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["listener"], ["listeners.name"], name="fk_deliveries_listener", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event", "listener", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"])
    op.create_index("ix_deliveries_listener", "deliveries", ["listener"])


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("listeners")
    op.drop_table("events")
