"""The index of names in the order of the bookings, the newest of which are read first."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

TABLE = "patient_name_index"


def upgrade() -> None:
    _make_anew(sa.Column("booked_at", sa.BigInteger(), nullable=False), key=("token", "booked_at", "patient"))


def downgrade() -> None:
    _make_anew(key=("token", "patient"))


def _make_anew(*columns: sa.Column[int], key: tuple[str, ...]) -> None:
    """Empty: a server fills it again beside its work."""
    op.drop_table(TABLE)
    op.create_table(
        TABLE,
        sa.Column("token", sa.LargeBinary(), nullable=False),
        *columns,
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(["patient"], ["patients.id"], name=op.f(f"fk_{TABLE}_patient")),
        sa.CheckConstraint("length(token) = 2", name=op.f(f"ck_{TABLE}_token")),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{TABLE}_patient", TABLE, ["patient"])
    op.execute("UPDATE patients SET name_index = NULL")
