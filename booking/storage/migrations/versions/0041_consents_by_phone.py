"""Consents that patients gave by phone."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    # A server of the version before, which runs during an update, doesn't write it.
    column: sa.Column[bool] = sa.Column("by_phone", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("consents", column)


def downgrade() -> None:
    op.drop_column("consents", "by_phone")
