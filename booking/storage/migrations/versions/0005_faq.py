"""Frequent questions about a service."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("services", sa.Column("faq", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("services", "faq")
