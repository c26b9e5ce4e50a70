"""What clients have spent of their limits, which replicas share."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"

TABLE = "spent_limits"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("limit_name", sa.String(32), nullable=False),
        sa.Column("client", sa.LargeBinary(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("limit_name", "client", name=op.f("pk_spent_limits")),
    )
    op.create_index(op.f("ix_spent_limits_changed_at"), TABLE, ["changed_at"])


def downgrade() -> None:
    op.drop_table(TABLE)
