"""The history of the catalogue: who changed which section, when, and from what to what."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"

TABLE = "catalogue_changes"
ACTOR_KINDS = ("api-key", "command-line", "staff", "feature", "server")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(*ACTOR_KINDS, name="actor_kind", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("section", sa.String(32), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "before IS NOT NULL OR after IS NOT NULL", name=op.f("ck_catalogue_changes_says_something")
        ),
        sa.CheckConstraint(
            "before IS NULL OR after IS NULL OR before <> after",
            name=op.f("ck_catalogue_changes_is_a_change"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_changes")),
    )
    op.create_index(op.f("ix_catalogue_changes_act"), TABLE, ["act"])


def downgrade() -> None:
    op.drop_table(TABLE)
