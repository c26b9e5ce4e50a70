"""For whom a service is: new or returning patients, of which age."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    # As SQL: only so is it one statement, with its check, on both databases.
    op.execute(
        "ALTER TABLE services ADD COLUMN patients VARCHAR(16) "
        "CONSTRAINT ck_services_patients CHECK (patients IN ('new', 'returning'))"
    )
    op.add_column("services", sa.Column("youngest", sa.Integer(), nullable=True))
    op.add_column("services", sa.Column("oldest", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("services", "oldest")
    op.drop_column("services", "youngest")
    op.drop_column("services", "patients")
