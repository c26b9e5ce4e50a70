"""Time off that comes again every few weeks, or every year."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"

TABLE = "recurring_time_off"
RAISE = "UPDATE clinic SET catalogue_revision ="
CHANGES = ("INSERT", "UPDATE", "DELETE")
IN_ORDER = "first_day < last_day OR (first_day = last_day AND begins < ends)"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("time_zones", sa.JSON(), nullable=False),
        sa.CheckConstraint(IN_ORDER, name=op.f("ck_recurring_time_off_in_order")),
        sa.CheckConstraint("begins BETWEEN 0 AND 1439", name=op.f("ck_recurring_time_off_begins")),
        sa.CheckConstraint("ends BETWEEN 1 AND 1440", name=op.f("ck_recurring_time_off_ends")),
        sa.CheckConstraint("weeks BETWEEN 1 AND 8", name=op.f("ck_recurring_time_off_weeks")),
        sa.CheckConstraint("first_day <= until", name=op.f("ck_recurring_time_off_until")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_recurring_time_off_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_time_off")),
    )
    op.create_index("ix_recurring_time_off_practitioner", TABLE, ["practitioner"])
    # As the other tables of the catalogue: a change of a row raises the catalogue's revision.
    if op.get_bind().dialect.name == "sqlite":
        for change in CHANGES:
            op.execute(
                f"CREATE TRIGGER revise_{TABLE}_{change.lower()} AFTER {change} ON {TABLE} "
                f"BEGIN {RAISE} lower(hex(randomblob(16))); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER revise_{TABLE} AFTER {' OR '.join(CHANGES)} OR TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION revise_catalogue()"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
