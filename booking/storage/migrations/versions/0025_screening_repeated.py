"""Whether the screening of a visit was answered again after a refusal."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    column: sa.Column[bool] = sa.Column(
        "screening_repeated", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("appointments", column)


def downgrade() -> None:
    op.drop_column("appointments", "screening_repeated")
