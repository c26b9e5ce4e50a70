"""Practitioners' free/busy times, at secret addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.create_table(
        "free_busy_feeds",
        sa.Column("practitioner", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name="fk_free_busy_feeds_practitioner"
        ),
        sa.PrimaryKeyConstraint("practitioner", name="pk_free_busy_feeds"),
        sa.UniqueConstraint("token_hash", name="uq_free_busy_feeds_token_hash"),
    )


def downgrade() -> None:
    op.drop_table("free_busy_feeds")
