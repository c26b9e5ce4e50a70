"""Practitioners' calendars elsewhere, and the clinic's policy for them."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

CALENDARS, INTERVALS = "busy_calendars", "busy_intervals"
RAISE = "UPDATE clinic SET catalogue_revision ="
KINDS = "'ics', 'caldav'"
FAILURES = (
    "'unreachable', 'wrong-password', 'not-found', 'not-allowed', 'not-a-calendar', 'too-long', 'too-many'"
)
POLICY = ("busy_fresh_for", "busy_near", "busy_closes_unreachable")


def upgrade() -> None:
    # A server of the version before, which runs during an update, writes none of these columns.
    for name, default in {"busy_fresh_for": "10", "busy_near": "2880"}.items():
        op.add_column(
            "clinic", sa.Column(name, sa.Integer(), server_default=sa.text(default), nullable=False)
        )
    closes: sa.Column[bool] = sa.Column(
        "busy_closes_unreachable", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("clinic", closes)
    op.create_table(
        CALENDARS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(250), nullable=False),
        sa.Column("next_ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(16), nullable=True),
        sa.Column("copy", sa.Uuid(), nullable=True),
        sa.Column("copied_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mark", sa.String(500), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("unread", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_calendars")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_busy_calendars_practitioner")
        ),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_busy_calendars_kind")),
        sa.CheckConstraint(f"failure IN ({FAILURES})", name=op.f("ck_busy_calendars_failure")),
        sa.CheckConstraint(
            "(failing_since IS NULL) = (failure IS NULL)", name=op.f("ck_busy_calendars_failing")
        ),
        sa.CheckConstraint("(copied_at IS NULL) = (copy IS NULL)", name=op.f("ck_busy_calendars_copied")),
    )
    op.create_index("ix_busy_calendars_practitioner", CALENDARS, ["practitioner"])
    op.create_index("ix_busy_calendars_next_ask_at", CALENDARS, ["next_ask_at"])
    op.create_table(
        INTERVALS,
        sa.Column("calendar", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "starts_at", name=op.f("pk_busy_intervals")),
        sa.ForeignKeyConstraint(
            ["calendar"],
            ["busy_calendars.id"],
            name=op.f("fk_busy_intervals_calendar"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_intervals_in_order")),
    )
    # Who has a calendar is remembered with the catalogue; each copy has an id of its own.
    if op.get_bind().dialect.name == "sqlite":
        for change in ("INSERT", "DELETE"):
            op.execute(
                f"CREATE TRIGGER revise_{CALENDARS}_{change.lower()} AFTER {change} ON {CALENDARS} "
                f"BEGIN {RAISE} lower(hex(randomblob(16))); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER revise_{CALENDARS} AFTER INSERT OR DELETE OR TRUNCATE ON {CALENDARS} "
            "FOR EACH STATEMENT EXECUTE FUNCTION revise_catalogue()"
        )


def downgrade() -> None:
    op.drop_table(INTERVALS)
    op.drop_table(CALENDARS)
    for name in POLICY:
        op.drop_column("clinic", name)
