"""Hours on single days: other ones of a location, extra ones of a practitioner."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"

TABLE = "day_hours"
RAISE = "UPDATE clinic SET catalogue_revision ="
CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(64), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= opens AND opens < closes AND closes <= 1440", name=op.f("ck_day_hours_in_order")
        ),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f("fk_day_hours_location")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_day_hours_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_hours")),
    )
    op.create_index("ix_day_hours_location", TABLE, ["location"])
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
