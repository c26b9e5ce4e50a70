"""What became of a visit: statuses, when the last one was set, why it was cancelled, and its version."""

import sqlalchemy as sa
from alembic import op

from booking.storage.migrations.check_constraints import allow_values

revision = "0034"
down_revision = "0033"

BEFORE = ("booked", "cancelled")
STATUSES = ("booked", "arrived", "checked-in", "fulfilled", "noshow", "cancelled")
REASONS = ("patient", "clinic", "other")
KINDS_BEFORE = (
    "appointment.booked",
    "appointment.moved",
    "appointment.cancelled",
    "appointment.needs_attention",
    "catalogue.changed",
    "availability.changed",
)
NEW_KINDS = (
    "appointment.arrived",
    "appointment.checked_in",
    "appointment.fulfilled",
    "appointment.noshow",
    "appointment.reopened",
)


def upgrade() -> None:
    allow_values("appointments", "status", STATUSES)
    allow_values("outbox_events", "kind", (*KINDS_BEFORE, *NEW_KINDS))
    # A server of the version before, which runs during an update, writes neither column.
    op.add_column("appointments", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("appointments", sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=True))
    # As SQL: only so is it one statement, with its check, on both databases.
    op.execute(
        "ALTER TABLE appointments ADD COLUMN cancellation_reason VARCHAR(16) "
        "CONSTRAINT ck_appointments_cancellation_reason "
        "CHECK (cancellation_reason IS NULL OR "
        f"(cancellation_reason IN ({', '.join(map(repr, REASONS))}) AND status = 'cancelled'))"
    )
    op.execute("UPDATE appointments SET status_changed_at = changed_at WHERE status = 'cancelled'")


def downgrade() -> None:
    new = ", ".join(map(repr, NEW_KINDS))
    op.execute(
        f"DELETE FROM outbox_deliveries WHERE event IN (SELECT id FROM outbox_events WHERE kind IN ({new}))"  # noqa: S608
    )
    op.execute(f"DELETE FROM outbox_events WHERE kind IN ({new})")  # noqa: S608
    op.execute("UPDATE appointments SET status = 'booked' WHERE status <> 'cancelled'")
    op.drop_column("appointments", "cancellation_reason")
    op.drop_column("appointments", "status_changed_at")
    op.drop_column("appointments", "version")
    allow_values("outbox_events", "kind", KINDS_BEFORE)
    allow_values("appointments", "status", BEFORE)
