"""For how long a patient can take back a booking inside the notice, and a cancellation."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("grace", sa.Integer(), server_default=sa.text("15"), nullable=False))


def downgrade() -> None:
    op.drop_column("clinic", "grace")
