"""Visits that their patients have confirmed."""

import sqlalchemy as sa
from alembic import op

from booking.storage.migrations.check_constraints import allow_values

revision = "0044"
down_revision = "0043"

KINDS_BEFORE = (
    "appointment.booked",
    "appointment.moved",
    "appointment.cancelled",
    "appointment.needs_attention",
    "catalogue.changed",
    "availability.changed",
    "appointment.arrived",
    "appointment.checked_in",
    "appointment.fulfilled",
    "appointment.noshow",
    "appointment.reopened",
    "appointment.reminder_due",
)
CONFIRMED = "appointment.confirmed"
COLUMNS = {"appointments": "confirmed_at", "staff_changes": "former_confirmed_at"}


def upgrade() -> None:
    allow_values("outbox_events", "kind", (*KINDS_BEFORE, CONFIRMED))
    for table, name in COLUMNS.items():
        op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table, name in COLUMNS.items():
        op.drop_column(table, name)
    of_kind = f"SELECT id FROM outbox_events WHERE kind = '{CONFIRMED}'"  # noqa: S608
    op.execute(f"DELETE FROM outbox_deliveries WHERE event IN ({of_kind})")  # noqa: S608
    op.execute(f"DELETE FROM outbox_events WHERE kind = '{CONFIRMED}'")  # noqa: S608
    allow_values("outbox_events", "kind", KINDS_BEFORE)
