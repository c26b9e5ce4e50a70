"""The language in which a member of the staff reads the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("staff_members", sa.Column("language", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("staff_members", "language")
