"""Photos of practitioners, and a sentence about them."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

TABLE = "practitioner_photos"
RAISE = "UPDATE clinic SET catalogue_revision ="
CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.add_column("practitioners", sa.Column("about", sa.JSON(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("practitioner", "size", name=op.f("pk_practitioner_photos")),
        sa.ForeignKeyConstraint(
            ["practitioner"],
            ["practitioners.slug"],
            name=op.f("fk_practitioner_photos_practitioner_practitioners"),
        ),
        sa.CheckConstraint("size IN (96, 192, 384)", name=op.f("ck_practitioner_photos_known_size")),
        sa.CheckConstraint("length(version) = 16", name=op.f("ck_practitioner_photos_version")),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 200000", name=op.f("ck_practitioner_photos_small")),
    )
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
    op.drop_column("practitioners", "about")
