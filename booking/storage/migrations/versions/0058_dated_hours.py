"""Hours of practitioners that are valid from a day on, until a day, or every few weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

TABLE = "opening_hours"
ORDER = "practitioner IS NOT NULL AND (first_day IS NULL OR first_day <= last_day)"
COLUMNS = {
    "first_day": ("DATE", "first_day IS NULL OR practitioner IS NOT NULL"),
    "last_day": ("DATE", f"last_day IS NULL OR ({ORDER})"),
    "weeks": (
        "INTEGER DEFAULT 1 NOT NULL",
        "weeks = 1 OR (first_day IS NOT NULL AND weeks BETWEEN 2 AND 8)",
    ),
}
DATED = "FROM opening_hours WHERE first_day IS NOT NULL OR last_day IS NOT NULL"


def upgrade() -> None:
    # Each with its constraint: SQLite would need a new table, without the triggers, to add one later.
    for name, (kind, check) in COLUMNS.items():
        op.execute(
            f"ALTER TABLE {TABLE} ADD COLUMN {name} {kind} CONSTRAINT ck_{TABLE}_{name} CHECK ({check})"
        )


def downgrade() -> None:
    if op.get_bind().scalar(sa.text(f"SELECT 1 {DATED}")):
        # Without their days they would offer time in which nobody works.
        op.execute(f"DELETE {DATED}")
    # A column goes before those that its constraint names.
    for name in reversed(COLUMNS):
        op.drop_column(TABLE, name)
