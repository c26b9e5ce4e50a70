"""How long the answers to screening questions hold."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("screening_valid", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("clinic", "screening_valid")
