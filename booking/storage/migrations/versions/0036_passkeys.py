"""Passkeys of the staff, and challenges."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

PASSKEYS, CHALLENGES = "passkeys", "passkey_challenges"


def upgrade() -> None:
    op.create_table(
        PASSKEYS,
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("id", name=op.f("uq_passkeys_id")),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f("fk_passkeys_member")),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkeys_sign_count")),
    )
    op.create_index("ix_passkeys_member", PASSKEYS, ["member"])
    op.create_table(
        CHALLENGES,
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_passkey_challenges")),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f("fk_passkey_challenges_member")),
    )
    op.create_index("ix_passkey_challenges_expires_at", CHALLENGES, ["expires_at"])


def downgrade() -> None:
    op.drop_table(CHALLENGES)
    op.drop_table(PASSKEYS)
