"""An index of the deliveries that hold the token of a manage link."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NAME = "ix_outbox_deliveries_with_token"


def upgrade() -> None:
    has_token = sa.text("manage_token IS NOT NULL")
    op.create_index(NAME, "outbox_deliveries", ["event"], sqlite_where=has_token, postgresql_where=has_token)


def downgrade() -> None:
    op.drop_index(NAME, "outbox_deliveries")
