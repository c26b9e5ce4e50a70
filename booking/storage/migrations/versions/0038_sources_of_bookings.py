"""By which way a visit was booked."""

from alembic import op

revision = "0038"
down_revision = "0037"

SOURCES = ("online", "partner", "desk")


def upgrade() -> None:
    # As SQL: only so is it one statement, with its check, on both databases. A server of the version before,
    # which runs during an update, does not write it.
    op.execute(
        "ALTER TABLE appointments ADD COLUMN source VARCHAR(16) DEFAULT 'online' NOT NULL "
        f"CONSTRAINT ck_appointments_source CHECK (source IN ({', '.join(map(repr, SOURCES))}))"
    )
    op.execute("UPDATE appointments SET source = 'partner' WHERE booked_by IS NOT NULL")
    op.execute("UPDATE appointments SET source = 'desk' WHERE id IN (SELECT id FROM holds WHERE by_staff)")


def downgrade() -> None:
    op.drop_column("appointments", "source")
