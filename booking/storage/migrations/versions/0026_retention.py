"""How long the clinic keeps events and the log of webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

COLUMNS = ("outbox_retention", "webhook_log_retention")
THIRTY_DAYS = "43200"  # in minutes


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column(
            "clinic", sa.Column(name, sa.Integer(), server_default=sa.text(THIRTY_DAYS), nullable=False)
        )


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("clinic", name)
