"""Visits that came from another system."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    op.create_table(
        "imported_visits",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_imported_visits")),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointments.id"], name=op.f("fk_imported_visits_appointment")
        ),
        sa.UniqueConstraint("appointment", name=op.f("uq_imported_visits_appointment")),
    )


def downgrade() -> None:
    op.drop_table("imported_visits")
