"""Notes for the front desk on a visit, encrypted under the patient's key."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("desk_note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("appointments", "desk_note")
