"""Indexes of what is held, so that neither holding nor booking reads through all that ever was."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INDEXES = (
    ("ix_ticks_held", "ticks", ["resource", "expires_at"], "expires_at IS NOT NULL"),
    ("ix_holds_not_booked", "holds", ["practitioner", "expires_at"], "client IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.drop_index("ix_holds_practitioner", "holds")


def downgrade() -> None:
    op.create_index("ix_holds_practitioner", "holds", ["practitioner"])
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
