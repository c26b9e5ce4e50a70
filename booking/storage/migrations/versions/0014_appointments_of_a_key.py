"""Indexes of a partner's appointments, by their last change and by their start."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

INDEXES = {"ix_appointments_changed": "changed_at", "ix_appointments_starting": "starts_at"}


def upgrade() -> None:
    is_of_a_key = sa.text("booked_by IS NOT NULL")
    for name, instant in INDEXES.items():
        op.create_index(
            name,
            "appointments",
            ["booked_by", instant, "id"],
            sqlite_where=is_of_a_key,
            postgresql_where=is_of_a_key,
        )


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "appointments")
