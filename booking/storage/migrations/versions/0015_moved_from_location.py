"""The place that a moved visit came from."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("outbox_events", sa.Column("moved_from_location", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_events", "moved_from_location")
