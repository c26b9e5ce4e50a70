"""Screening questions in a few words, as lines of a list to tick."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    op.add_column("screening_questions", sa.Column("statement", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("screening_questions", "statement")
