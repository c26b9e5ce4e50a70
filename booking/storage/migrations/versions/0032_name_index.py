"""The blind index of patients' names; a server fills it beside its work."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

NOT_INDEXED = sa.text("name_index IS NULL AND erased_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "patient_name_index",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("token", "patient", name=op.f("pk_patient_name_index")),
        sa.ForeignKeyConstraint(["patient"], ["patients.id"], name=op.f("fk_patient_name_index_patient")),
        sa.CheckConstraint("length(token) = 2", name=op.f("ck_patient_name_index_token")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_patient_name_index_patient", "patient_name_index", ["patient"])
    op.add_column("patients", sa.Column("name_index", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_patients_name_not_indexed",
        "patients",
        ["created_at"],
        sqlite_where=NOT_INDEXED,
        postgresql_where=NOT_INDEXED,
    )


def downgrade() -> None:
    op.drop_index("ix_patients_name_not_indexed", "patients")
    op.drop_column("patients", "name_index")
    op.drop_table("patient_name_index")
