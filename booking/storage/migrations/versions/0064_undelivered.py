"""One index of what was not delivered, for what waits and for what was given up: SQLite took no other."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

GIVEN_UP = sa.text("due_at IS NULL AND delivered_at IS NULL")
UNDELIVERED = sa.text("delivered_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_outbox_deliveries_given_up", table_name="outbox_deliveries")
    op.create_index(
        "ix_outbox_deliveries_undelivered",
        "outbox_deliveries",
        ["listener", "due_at"],
        sqlite_where=UNDELIVERED,
        postgresql_where=UNDELIVERED,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_deliveries_undelivered", table_name="outbox_deliveries")
    op.create_index(
        "ix_outbox_deliveries_given_up",
        "outbox_deliveries",
        ["listener"],
        sqlite_where=GIVEN_UP,
        postgresql_where=GIVEN_UP,
    )
