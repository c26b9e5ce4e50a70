"""How often one client may hold, and that a hold is extended once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("holds", sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("holds", sa.Column("client", sa.LargeBinary(), nullable=True))
    op.create_index("ix_holds_client", "holds", ["client"])


def downgrade() -> None:
    op.drop_index("ix_holds_client", "holds")
    op.drop_column("holds", "client")
    op.drop_column("holds", "extended_at")
