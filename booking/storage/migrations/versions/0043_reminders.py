"""Reminders, the clinic's rules for them, and patients who want none."""

import sqlalchemy as sa
from alembic import op

from booking.storage.migrations.check_constraints import allow_values

revision = "0043"
down_revision = "0042"

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
)
REMINDER_DUE = "appointment.reminder_due"
MINUTES = {"reminder_time": "960", "reminder_wait": "1440", "quiet_from": "0", "quiet_until": "0"}


def upgrade() -> None:
    allow_values("outbox_events", "kind", (*KINDS_BEFORE, REMINDER_DUE))
    # A server of the version before, which runs during an update, writes none of these columns.
    op.add_column("clinic", sa.Column("reminder_days", sa.JSON(), nullable=True))
    for name, default in MINUTES.items():
        op.add_column(
            "clinic", sa.Column(name, sa.Integer(), server_default=sa.text(default), nullable=False)
        )
    wanted: sa.Column[bool] = sa.Column("reminders", sa.Boolean(), server_default=sa.true(), nullable=False)
    op.add_column("services", wanted)
    op.add_column("patients", sa.Column("no_reminders_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.ForeignKeyConstraint(["appointment"], ["appointments.id"], name=op.f("fk_reminders_appointment")),
        sa.UniqueConstraint(
            "appointment",
            "starts_at",
            "days_before",
            name=op.f("uq_reminders_appointment_starts_at_days_before"),
        ),
        sa.CheckConstraint("due_at < starts_at", name=op.f("ck_reminders_in_order")),
        sa.CheckConstraint("days_before > 0", name=op.f("ck_reminders_days_before")),
    )
    is_due = sa.text("taken_at IS NULL")
    op.create_index("ix_reminders_due", "reminders", ["due_at"], sqlite_where=is_due, postgresql_where=is_due)
    op.create_index("ix_reminders_starts_at", "reminders", ["starts_at"])
    op.create_index("ix_reminders_event", "reminders", ["event"])
    op.create_table(
        "reminder_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("position_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_plan")),
        sa.CheckConstraint("id = 1", name=op.f("ck_reminder_plan_only_one")),
        sa.CheckConstraint(
            "(position_at IS NULL) = (position_id IS NULL)", name=op.f("ck_reminder_plan_position")
        ),
    )


def downgrade() -> None:
    op.drop_table("reminder_plan")
    op.drop_table("reminders")
    op.drop_column("patients", "no_reminders_since")
    op.drop_column("services", "reminders")
    for name in ("reminder_days", *MINUTES):
        op.drop_column("clinic", name)
    of_kind = f"SELECT id FROM outbox_events WHERE kind = '{REMINDER_DUE}'"  # noqa: S608
    op.execute(f"DELETE FROM outbox_deliveries WHERE event IN ({of_kind})")  # noqa: S608
    op.execute(f"DELETE FROM outbox_events WHERE kind = '{REMINDER_DUE}'")  # noqa: S608
    allow_values("outbox_events", "kind", KINDS_BEFORE)
