"""How often the e-mail address of a booking was corrected online."""

from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    # As SQL: only so is it one statement, with its check, on both databases.
    op.execute(
        "ALTER TABLE patients ADD COLUMN email_corrections INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_patients_email_corrections CHECK (email_corrections BETWEEN 0 AND 3)"
    )


def downgrade() -> None:
    op.drop_column("patients", "email_corrections")
