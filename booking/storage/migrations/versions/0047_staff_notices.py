"""Mails to the staff about changes of visits, and with whom a moved visit was before."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

TABLE = "staff_notices"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("bookings", sa.Boolean(), nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.Column("cancellations", sa.Boolean(), nullable=False),
        sa.Column("within_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_staff_notices")),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f("fk_staff_notices_member")),
        sa.CheckConstraint("bookings OR moves OR cancellations", name=op.f("ck_staff_notices_some")),
        sa.CheckConstraint("within_days >= 0", name=op.f("ck_staff_notices_ahead")),
    )
    op.add_column("outbox_events", sa.Column("moved_from_practitioner", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_events", "moved_from_practitioner")
    op.drop_table(TABLE)
