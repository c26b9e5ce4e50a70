"""Images that the history of the catalogue names."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"

TABLE = "former_images"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_former_images")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
