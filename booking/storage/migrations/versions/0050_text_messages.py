"""Text messages: sent and received ones, their number by day, and the numbers that want none."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

TIME = sa.DateTime(timezone=True)
STATUSES = ("marked", "unknown", "accepted", "sent", "delivered", "failed")
KINDS = ("confirm", "stop", "start", "other")


def upgrade() -> None:
    op.add_column("clinic", sa.Column("sms_most_a_day", sa.Integer(), nullable=True))
    names: sa.Column[bool] = sa.Column(
        "sms_names_service", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("clinic", names)
    op.create_table(
        "sms_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("status", _one_of(STATUSES, "status"), nullable=False),
        sa.Column("error_code", sa.String(16), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("marked_at", TIME, nullable=False),
        sa.Column("status_changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_messages")),
        sa.ForeignKeyConstraint(["patient"], ["patients.id"], name=op.f("fk_sms_messages_patient")),
        sa.UniqueConstraint("event", name=op.f("uq_sms_messages_event")),
        sa.CheckConstraint("segments > 0", name=op.f("ck_sms_messages_segments")),
    )
    op.create_index("ix_sms_messages_patient", "sms_messages", ["patient"])
    op.create_index("ix_sms_messages_marked_at", "sms_messages", ["marked_at"])
    op.create_index("ix_sms_messages_phone_index_marked_at", "sms_messages", ["phone_index", "marked_at"])
    op.create_table(
        "sms_received",
        sa.Column("gateway_id", sa.String(64), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("kind", _one_of(KINDS, "kind"), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_sms_received")),
    )
    op.create_index("ix_sms_received_received_at", "sms_received", ["received_at"])
    op.create_index("ix_sms_received_phone_index_received_at", "sms_received", ["phone_index", "received_at"])
    op.create_table(
        "sms_days",
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("starts_at", name=op.f("pk_sms_days")),
        sa.CheckConstraint("messages BETWEEN 0 AND most", name=op.f("ck_sms_days_most")),
    )
    op.create_table(
        "sms_opt_outs",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("phone_index", name=op.f("pk_sms_opt_outs")),
    )


def downgrade() -> None:
    for table in ("sms_opt_outs", "sms_days", "sms_received", "sms_messages"):
        op.drop_table(table)
    op.drop_column("clinic", "sms_names_service")
    op.drop_column("clinic", "sms_most_a_day")


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=16)
