"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "insurance_claims",
        sa.Column("appointment", sa.Uuid(), nullable=False),
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appointment"], ["appointments.id"], name="fk_insurance_claims_appointment"),
        sa.PrimaryKeyConstraint("appointment", name="pk_insurance_claims"),
    )
    op.create_index("ix_insurance_claims_insurer", "insurance_claims", ["insurer"])


def downgrade() -> None:
    op.drop_table("insurance_claims")
