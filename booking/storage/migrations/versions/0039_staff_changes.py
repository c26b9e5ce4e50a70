"""What staff changed, so that they can undo it, and mails about it that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

STATUSES = ("booked", "arrived", "checked-in", "fulfilled", "noshow", "cancelled")
KINDS = ("booked", "moved", "cancelled", "status-set")


def upgrade() -> None:
    op.create_table(
        "staff_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(250), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("former_version", sa.Integer(), nullable=False),
        sa.Column("former_status", sa.String(16), nullable=False),
        sa.Column("former_practitioner", sa.String(64), nullable=False),
        sa.Column("former_location", sa.String(64), nullable=False),
        sa.Column("former_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("former_squeeze_in", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_changes")),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointments.id"], name=op.f("fk_staff_changes_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["former_practitioner"],
            ["practitioners.slug"],
            name=op.f("fk_staff_changes_former_practitioner"),
        ),
        sa.ForeignKeyConstraint(
            ["former_location"], ["locations.slug"], name=op.f("fk_staff_changes_former_location")
        ),
        sa.CheckConstraint("former_version < version", name=op.f("ck_staff_changes_in_order")),
        _known("kind", KINDS),
        _known("former_status", STATUSES),
    )
    op.create_index("ix_staff_changes_actor_changed_at", "staff_changes", ["actor", "changed_at"])
    op.create_index("ix_staff_changes_appointment", "staff_changes", ["appointment"])
    op.create_index("ix_staff_changes_changed_at", "staff_changes", ["changed_at"])
    op.create_table(
        "waiting_mails",
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("told_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_practitioner", sa.String(64), nullable=True),
        sa.Column("told_location", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("appointment", name=op.f("pk_waiting_mails")),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointments.id"], name=op.f("fk_waiting_mails_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["event"], ["outbox_events.id"], name=op.f("fk_waiting_mails_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["told_practitioner"], ["practitioners.slug"], name=op.f("fk_waiting_mails_told_practitioner")
        ),
        sa.ForeignKeyConstraint(
            ["told_location"], ["locations.slug"], name=op.f("fk_waiting_mails_told_location")
        ),
        sa.CheckConstraint(
            "(told_starts_at IS NULL) = (told_practitioner IS NULL) "
            "AND (told_starts_at IS NULL) = (told_location IS NULL)",
            name=op.f("ck_waiting_mails_told"),
        ),
    )
    op.create_index("ix_waiting_mails_event", "waiting_mails", ["event"])


def downgrade() -> None:
    op.drop_table("waiting_mails")
    op.drop_table("staff_changes")


def _known(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        f"{column} IN ({', '.join(map(repr, values))})", name=op.f(f"ck_staff_changes_{column}")
    )
