"""Services by video and by phone, how to join them, and what is said of a price."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    # As SQL: only so is it one statement, with its check, on both databases.
    op.execute(
        "ALTER TABLE services ADD COLUMN mode VARCHAR(16) DEFAULT 'in-person' NOT NULL "
        "CONSTRAINT ck_services_mode CHECK (mode IN ('in-person', 'video', 'phone'))"
    )
    op.add_column("services", sa.Column("joining", sa.JSON(), nullable=True))
    op.add_column("services", sa.Column("price_note", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("services", "price_note")
    op.drop_column("services", "joining")
    op.drop_column("services", "mode")
