"""Accounts of the clinic's staff, their sessions and links to sign in; when the desk signs out."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

MEMBERS, SESSIONS, LINKS = "staff_members", "staff_sessions", "sign_in_links"


def upgrade() -> None:
    op.add_column(
        "clinic", sa.Column("sign_out_after", sa.Integer(), server_default=sa.text("30"), nullable=False)
    )
    op.create_table(
        MEMBERS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_key", sa.String(600), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_members")),
        sa.UniqueConstraint("name_key", name=op.f("uq_staff_members_name_key")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_members_email")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_staff_members_practitioner")
        ),
        sa.CheckConstraint(
            "role IN ('owner', 'reception', 'practitioner')", name=op.f("ck_staff_members_role")
        ),
        sa.CheckConstraint(
            "(role = 'practitioner') = (practitioner IS NOT NULL)", name=op.f("ck_staff_members_practitioner")
        ),
    )
    op.create_table(
        SESSIONS,
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.Column("hides_names", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("id", name=op.f("uq_staff_sessions_id")),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f("fk_staff_sessions_member")),
    )
    op.create_index("ix_staff_sessions_member", SESSIONS, ["member"])
    op.create_table(
        LINKS,
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("member", name=op.f("uq_sign_in_links_member")),
        sa.ForeignKeyConstraint(["member"], ["staff_members.id"], name=op.f("fk_sign_in_links_member")),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_sign_in_links_in_order")),
    )


def downgrade() -> None:
    for table in (LINKS, SESSIONS, MEMBERS):
        op.drop_table(table)
    op.drop_column("clinic", "sign_out_after")
