"""Deliveries that were given up are counted without reading all that were delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

GIVEN_UP = sa.text("due_at IS NULL AND delivered_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_deliveries_given_up",
        "outbox_deliveries",
        ["listener"],
        sqlite_where=GIVEN_UP,
        postgresql_where=GIVEN_UP,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_deliveries_given_up", table_name="outbox_deliveries")
