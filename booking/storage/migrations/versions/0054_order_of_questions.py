"""Screening questions have their place in the clinic's file, and are withdrawn when they are gone from it."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.add_column(
        "screening_questions",
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column(
        "screening_questions",
        sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    # Until the next load: a question that no service asks is most likely gone from the file.
    op.execute(
        "UPDATE screening_questions SET listed = false "
        "WHERE slug NOT IN (SELECT question FROM service_screening)"
    )


def downgrade() -> None:
    op.drop_column("screening_questions", "listed")
    op.drop_column("screening_questions", "position")
