"""How long the clinic keeps contact data and the audit trail, and which destroyed keys it has heard of."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

COLUMNS = ("contact_data_retention", "audit_retention")
NOT_ERASED = sa.text("erased_at IS NULL")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("clinic", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("key_store", sa.Column("cleared_through", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_appointments_patient", "appointments", ["patient"])
    op.create_index(
        "ix_patients_not_erased",
        "patients",
        ["created_at"],
        sqlite_where=NOT_ERASED,
        postgresql_where=NOT_ERASED,
    )


def downgrade() -> None:
    op.drop_index("ix_patients_not_erased", "patients")
    op.drop_index("ix_appointments_patient", "appointments")
    op.drop_column("key_store", "cleared_through")
    for name in COLUMNS:
        op.drop_column("clinic", name)
