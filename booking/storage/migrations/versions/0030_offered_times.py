"""Other times that the desk offers, and further manage links."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "offered_times",
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("location", sa.String(64), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("appointment", "starts_at", "practitioner", name=op.f("pk_offered_times")),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointments.id"], name=op.f("fk_offered_times_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_offered_times_practitioner")
        ),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f("fk_offered_times_location")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_offered_times_in_order")),
    )
    op.create_table(
        "manage_links",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", "appointment", name=op.f("pk_manage_links")),
        sa.ForeignKeyConstraint(
            ["appointment"], ["appointments.id"], name=op.f("fk_manage_links_appointment")
        ),
    )
    op.create_index("ix_manage_links_appointment", "manage_links", ["appointment"])


def downgrade() -> None:
    op.drop_table("manage_links")
    op.drop_table("offered_times")
