"""The catalogue's revision: triggers of the database raise it at each change of the catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = (
    "certifications",
    "closures",
    "locations",
    "opening_hours",
    "practitioners",
    "screening_questions",
    "service_offers",
    "service_screening",
    "services",
    "time_off",
)
CHANGES = ("INSERT", "UPDATE", "DELETE")
# At random, so that a revision that was rolled back never comes again.
RAISE = "UPDATE clinic SET catalogue_revision ="


def upgrade() -> None:
    op.add_column(
        "clinic",
        sa.Column("catalogue_revision", sa.String(length=36), nullable=False, server_default=sa.text("''")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for change in CHANGES:
                op.execute(
                    f"CREATE TRIGGER revise_{table}_{change.lower()} AFTER {change} ON {table} "
                    f"BEGIN {RAISE} lower(hex(randomblob(16))); END"
                )
        return
    op.execute(
        "CREATE FUNCTION revise_catalogue() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {RAISE} gen_random_uuid()::text; RETURN NULL; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER revise_{table} AFTER {' OR '.join(CHANGES)} OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION revise_catalogue()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for change in CHANGES:
                op.execute(f"DROP TRIGGER revise_{table}_{change.lower()}")
    else:
        for table in TABLES:
            op.execute(f"DROP TRIGGER revise_{table} ON {table}")
        op.execute("DROP FUNCTION revise_catalogue()")
    op.drop_column("clinic", "catalogue_revision")
