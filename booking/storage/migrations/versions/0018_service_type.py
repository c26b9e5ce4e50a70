"""The code of a service in HL7's list of service types, for directories."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("services", sa.Column("service_type", sa.String(length=4), nullable=True))


def downgrade() -> None:
    op.drop_column("services", "service_type")
