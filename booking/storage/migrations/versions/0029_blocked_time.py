"""Blocked time and extra hours, which the front desk writes beside the clinic's file."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

BLOCKS, EXTRA = "blocked_times", "extra_hours"
RAISE = "UPDATE clinic SET catalogue_revision ="
CHANGES = ("INSERT", "UPDATE", "DELETE")
STANDING = sa.text("removed_at IS NULL")
IN_SERIES = sa.text("series IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        BLOCKS,
        *_columns(BLOCKS, location_is_optional=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("series", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('break', 'absence', 'other')", name=op.f("ck_blocked_times_kind")),
    )
    op.create_table(EXTRA, *_columns(EXTRA, location_is_optional=False))
    for table in (BLOCKS, EXTRA):
        op.create_index(
            f"ix_{table}_standing",
            table,
            ["practitioner", "ends_at"],
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        )
        _raise_revision(table)
    op.create_index(
        "ix_blocked_times_series", BLOCKS, ["series"], sqlite_where=IN_SERIES, postgresql_where=IN_SERIES
    )


def downgrade() -> None:
    op.drop_table(EXTRA)
    op.drop_table(BLOCKS)


def _columns(table: str, *, location_is_optional: bool) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("location", sa.String(64), nullable=location_is_optional),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(250), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(250), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f(f"fk_{table}_practitioner")
        ),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f(f"fk_{table}_location")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f(f"ck_{table}_in_order")),
        sa.CheckConstraint("length(label) <= 60", name=op.f(f"ck_{table}_label")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f(f"ck_{table}_removed")),
    ]


def _raise_revision(table: str) -> None:
    """As for the tables of the catalogue: what a process has computed from their rows is computed anew."""
    if op.get_bind().dialect.name == "sqlite":
        for change in CHANGES:
            op.execute(
                f"CREATE TRIGGER revise_{table}_{change.lower()} AFTER {change} ON {table} "
                f"BEGIN {RAISE} lower(hex(randomblob(16))); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER revise_{table} AFTER {' OR '.join(CHANGES)} OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION revise_catalogue()"
        )
