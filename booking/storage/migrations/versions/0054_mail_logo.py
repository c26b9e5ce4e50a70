"""The clinic's logo in its mails."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

TABLE = "mail_logo"
RAISE = "UPDATE clinic SET catalogue_revision ="
CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_logo")),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_logo_only_one")),
        sa.CheckConstraint(
            "media_type IN ('image/png', 'image/jpeg')", name=op.f("ck_mail_logo_shown_by_all")
        ),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_mail_logo_has_size")),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 100000", name=op.f("ck_mail_logo_small")),
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
