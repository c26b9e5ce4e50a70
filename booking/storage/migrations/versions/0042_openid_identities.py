"""Identities of the staff at an OpenID provider, and requests for one."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

IDENTITIES, REQUESTS = "openid_identities", "openid_requests"


def upgrade() -> None:
    op.create_table(
        IDENTITIES,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=True),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_openid_identities_issuer_subject")),
        sa.UniqueConstraint("issuer", "member", name=op.f("uq_openid_identities_issuer_member")),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f("fk_openid_identities_member")),
        sa.CheckConstraint(
            "(subject IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_openid_identities_removed")
        ),
    )
    op.create_index("ix_openid_identities_member", IDENTITIES, ["member"])
    op.create_table(
        REQUESTS,
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_openid_requests")),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f("fk_openid_requests_member")),
    )
    op.create_index("ix_openid_requests_expires_at", REQUESTS, ["expires_at"])


def downgrade() -> None:
    op.drop_table(REQUESTS)
    op.drop_table(IDENTITIES)
