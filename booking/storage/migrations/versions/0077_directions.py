"""How to get to a location, and where to park."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
COLUMNS = ("directions", "parking")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("locations", sa.Column(name, sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("locations", name)
