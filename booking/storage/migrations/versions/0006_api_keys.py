"""Keys of partners and of web sites, and the key that booked an appointment."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

OWN = "ix_appointments_booked_by_created_at_id"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("last_used_at", instant, nullable=True),
        sa.Column("revoked_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_table(
        "key_secrets",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["key"], ["api_keys.id"], name="fk_key_secrets_key"),
        sa.PrimaryKeyConstraint("hash", name="pk_key_secrets"),
    )
    op.create_index("ix_key_secrets_key", "key_secrets", ["key"])
    op.create_table(
        "site_keys",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("revoked_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_site_keys"),
    )
    with op.batch_alter_table("appointments") as appointments:
        appointments.add_column(sa.Column("booked_by", sa.String(length=16), nullable=True))
        appointments.create_foreign_key("fk_appointments_booked_by", "api_keys", ["booked_by"], ["id"])
        appointments.create_index(
            "ix_appointments_booked_by_created_at_id", ["booked_by", "created_at", "id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("appointments") as appointments:
        appointments.drop_index(OWN)
        appointments.drop_constraint("fk_appointments_booked_by", type_="foreignkey")
        appointments.drop_column("booked_by")
    op.drop_table("site_keys")
    op.drop_table("key_secrets")
    op.drop_table("api_keys")
