"""How long a practitioner takes for a service, and for which price, where that differs from the service."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    # As SQL: only so is it one statement, with its check, on both databases.
    op.execute(
        "ALTER TABLE service_offers ADD COLUMN duration INTEGER "
        "CONSTRAINT ck_service_offers_duration CHECK (duration > 0 AND duration % 5 = 0)"
    )
    op.add_column("service_offers", sa.Column("price", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("service_offers", "price")
    op.drop_column("service_offers", "duration")
