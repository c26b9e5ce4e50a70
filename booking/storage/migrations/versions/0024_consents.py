"""Texts that patients agree to, and their consents."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

TEXTS = "consent_texts"
RAISE = "UPDATE clinic SET catalogue_revision ="
CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.add_column("clinic", sa.Column("consent_version", sa.String(64), nullable=True))
    op.create_table(
        TEXTS,
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", "language", name="pk_consent_texts"),
    )
    op.create_table(
        "consents",
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("patient", name="pk_consents"),
        sa.ForeignKeyConstraint(["patient"], ["patients.id"], name="fk_consents_patient"),
        sa.ForeignKeyConstraint(
            ["version", "language"],
            ["consent_texts.version", "consent_texts.language"],
            name="fk_consents_version",
        ),
    )
    # As the other tables of the catalogue: a change of a row raises the catalogue's revision.
    if op.get_bind().dialect.name == "sqlite":
        for change in CHANGES:
            op.execute(
                f"CREATE TRIGGER revise_{TEXTS}_{change.lower()} AFTER {change} ON {TEXTS} "
                f"BEGIN {RAISE} lower(hex(randomblob(16))); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER revise_{TEXTS} AFTER {' OR '.join(CHANGES)} OR TRUNCATE ON {TEXTS} "
            "FOR EACH STATEMENT EXECUTE FUNCTION revise_catalogue()"
        )


def downgrade() -> None:
    op.drop_table("consents")
    op.drop_table(TEXTS)
    op.drop_column("clinic", "consent_version")
