"""The mark of a move to another database."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"

TABLE = "database_move"
STATES = ("preparing", "leaving", "moved", "arriving")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("move", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("other", sa.String(255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_aside", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_database_move_only_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_move")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
