"""Practitioners' calendars that their visits are written into."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

FAILURES = (
    "'unreachable', 'wrong-password', 'not-found', 'not-allowed', 'not-a-calendar', 'too-long', 'too-many'"
)


def upgrade() -> None:
    op.create_table(
        "visit_calendars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("with_reference", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(250), nullable=False),
        sa.Column("next_write_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_calendars")),
        sa.UniqueConstraint("practitioner", name=op.f("uq_visit_calendars_practitioner")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_visit_calendars_practitioner")
        ),
        sa.CheckConstraint(f"failure IN ({FAILURES})", name=op.f("ck_visit_calendars_failure")),
        sa.CheckConstraint(
            "(failing_since IS NULL) = (failure IS NULL)", name=op.f("ck_visit_calendars_failing")
        ),
    )
    op.create_table(
        "written_visits",
        sa.Column("calendar", sa.Uuid(), nullable=False),
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("etag", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("calendar", "appointment", name=op.f("pk_written_visits")),
        sa.ForeignKeyConstraint(
            ["calendar"],
            ["visit_calendars.id"],
            name=op.f("fk_written_visits_calendar"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("written_visits")
    op.drop_table("visit_calendars")
