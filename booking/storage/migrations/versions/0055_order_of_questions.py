"""Screening questions have their place in the clinic's file, and are withdrawn when they are gone from it."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

REVISION = sa.text("SELECT catalogue_revision FROM clinic")
RESTORE = sa.text("UPDATE clinic SET catalogue_revision = :revision")


def upgrade() -> None:
    op.add_column(
        "screening_questions",
        sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column(
        "screening_questions",
        sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    connection = op.get_bind()
    revision = connection.scalar(REVISION)
    # Until the next load: services ask in the file's order, and what none asks is most likely gone from it.
    op.execute(
        "UPDATE screening_questions SET listed = slug IN (SELECT question FROM service_screening), "
        "position = coalesce("
        "(SELECT min(position) FROM service_screening WHERE question = screening_questions.slug), 0)"
    )
    # A trigger has raised it, but all that follows from the catalogue is as it was.
    connection.execute(RESTORE, {"revision": revision})


def downgrade() -> None:
    op.drop_column("screening_questions", "listed")
    op.drop_column("screening_questions", "position")
