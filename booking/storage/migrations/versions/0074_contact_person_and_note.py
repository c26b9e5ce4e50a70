"""The contact person and the note of a patient, encrypted under the patient's key."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    op.add_column("patients", sa.Column("contact_name", sa.LargeBinary(), nullable=True))
    op.add_column("patients", sa.Column("note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("patients", "note")
    op.drop_column("patients", "contact_name")
