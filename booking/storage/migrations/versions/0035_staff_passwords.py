"""Passwords of the staff, their one-time codes and recovery codes, and attempts to sign in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

PASSWORDS, SECRETS, CODES, ATTEMPTS = (
    "staff_passwords",
    "one_time_code_secrets",
    "recovery_codes",
    "sign_in_attempts",
)


def upgrade() -> None:
    op.create_table(
        PASSWORDS,
        *_member(PASSWORDS),
        sa.Column("hash", sa.String(250), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_staff_passwords")),
    )
    op.create_table(
        SECRETS,
        *_member(SECRETS),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("new_secret", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_one_time_code_secrets")),
        sa.CheckConstraint(
            "secret IS NOT NULL OR new_secret IS NOT NULL", name=op.f("ck_one_time_code_secrets_some")
        ),
        sa.CheckConstraint(
            "secret IS NOT NULL OR last_step IS NULL", name=op.f("ck_one_time_code_secrets_last_step")
        ),
    )
    op.create_table(
        CODES,
        sa.Column("code_hmac", sa.LargeBinary(), nullable=False),
        *_member(CODES),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hmac", name=op.f("pk_recovery_codes")),
    )
    op.create_index("ix_recovery_codes_member", CODES, ["member"])
    op.create_table(
        ATTEMPTS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("address_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_right", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_account_hmac_at", ATTEMPTS, ["account_hmac", "at"])
    op.create_index("ix_sign_in_attempts_address_hmac_at", ATTEMPTS, ["address_hmac", "at"])
    op.create_index("ix_sign_in_attempts_at", ATTEMPTS, ["at"])


def downgrade() -> None:
    for table in (ATTEMPTS, CODES, SECRETS, PASSWORDS):
        op.drop_table(table)


def _member(table: str) -> list[Any]:
    return [
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f(f"fk_{table}_member")),
    ]
