"""When a visit was last moved to another time."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

# None, as a server of the version before leaves it too: reminders then count from the booking, as they did.
COLUMNS = {"appointments": "moved_at", "staff_changes": "former_moved_at"}


def upgrade() -> None:
    for table, name in COLUMNS.items():
        op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table, name in COLUMNS.items():
        op.drop_column(table, name)
