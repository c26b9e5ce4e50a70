"""The heading below which a service stands."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.add_column("services", sa.Column("category", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("services", "category")
