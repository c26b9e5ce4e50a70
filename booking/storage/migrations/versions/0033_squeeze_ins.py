"""Squeeze-ins: visits beside the practitioner's time, which staff alone book."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    # SQLite checks no lengths, and would have to write all ticks anew.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("ticks", "resource", type_=sa.String(80), existing_nullable=False)
    # A server of the version before, which runs during an update, writes none of these columns.
    for table, column in (("holds", "by_staff"), ("appointments", "squeeze_in")):
        op.add_column(table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False))
    # As SQL: only so is it one statement, with its check, on both databases.
    default = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(
        f"ALTER TABLE holds ADD COLUMN squeeze_in BOOLEAN DEFAULT {default} NOT NULL "
        "CONSTRAINT ck_holds_squeeze_in CHECK (by_staff OR NOT squeeze_in)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM ticks WHERE resource LIKE '%/squeeze-in'")
    op.drop_column("holds", "squeeze_in")
    op.drop_column("holds", "by_staff")
    op.drop_column("appointments", "squeeze_in")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("ticks", "resource", type_=sa.String(64), existing_nullable=False)
