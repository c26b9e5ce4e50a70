"""The oldest program that can work on the tables, for two versions side by side in an update."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
oldest_program = revision  # The first that looks.


def upgrade() -> None:
    op.add_column("alembic_version", sa.Column("oldest_program", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("alembic_version", "oldest_program")
