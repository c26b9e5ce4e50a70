"""Rooms and equipment that services need."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

TABLE = "resources"
RAISE = "UPDATE clinic SET catalogue_revision ="
CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("location", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_resources")),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f("fk_resources_location")),
    )
    op.add_column("services", sa.Column("needs", sa.JSON(), nullable=True))
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
    op.execute("DELETE FROM ticks WHERE resource LIKE '%/resource'")
    op.drop_column("services", "needs")
    op.drop_table(TABLE)
