"""The waiting list: entries, offers, openings, and the clinic's rules for them."""

import sqlalchemy as sa
from alembic import op

from booking.storage.migrations.check_constraints import allow_values

revision = "0053"
down_revision = "0052"

KINDS_BEFORE = (
    "appointment.booked",
    "appointment.moved",
    "appointment.cancelled",
    "appointment.needs_attention",
    "catalogue.changed",
    "availability.changed",
    "appointment.arrived",
    "appointment.checked_in",
    "appointment.fulfilled",
    "appointment.noshow",
    "appointment.reopened",
    "appointment.reminder_due",
    "appointment.confirmed",
)
KINDS = ("waiting_list.joined", "waiting_list.offered")
STATUSES = ("waitlist", "booked", "cancelled", "ended")
OUTCOMES = ("accepted", "declined", "expired", "withdrawn")
MAYBE_MINUTES = ("waiting_list_offer", "waiting_list_notice")
NUMBERS = {
    "waiting_list_offers_a_week": "3",
    "waiting_list_entries": "3",
    "waiting_list_quiet_from": "0",
    "waiting_list_quiet_until": "0",
}
TABLES = ("waiting_list_openings", "waiting_list_offers", "waiting_list_entries")


def upgrade() -> None:
    allow_values("outbox_events", "kind", (*KINDS_BEFORE, *KINDS))
    # A server of the version before, which runs during an update, writes none of these columns.
    for name in MAYBE_MINUTES:
        op.add_column("clinic", sa.Column(name, sa.Integer(), nullable=True))
    for name, default in NUMBERS.items():
        op.add_column(
            "clinic", sa.Column(name, sa.Integer(), server_default=sa.text(default), nullable=False)
        )
    offered: sa.Column[bool] = sa.Column(
        "from_waiting_list", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("holds", offered)
    _create_entries()
    _create_offers()
    op.create_table(
        "waiting_list_openings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_list_openings")),
        _refers("waiting_list_openings", "practitioner", "practitioners.slug"),
    )
    op.create_index("ix_waiting_list_openings_due_at", "waiting_list_openings", ["due_at"])


def _create_entries() -> None:
    table = "waiting_list_entries"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="status", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("practitioners", sa.JSON(), nullable=False),
        sa.Column("location", sa.String(64), nullable=True),
        sa.Column("available_times", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("tell_practitioner", sa.LargeBinary(), nullable=True),
        sa.Column("screening_repeated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("booked_by", sa.String(16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appointment", sa.Uuid(), nullable=True),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_list_entries")),
        _refers(table, "patient", "patients.id"),
        _refers(table, "service", "services.slug"),
        _refers(table, "location", "locations.slug"),
        _refers(table, "replaces", "appointments.id"),
        _refers(table, "booked_by", "api_keys.id"),
        _refers(table, "appointment", "appointments.id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_waiting_list_entries_token_hash")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_waiting_list_entries_in_order")),
        sa.CheckConstraint(
            "(status = 'waitlist') = (ended_at IS NULL)", name=op.f("ck_waiting_list_entries_ended")
        ),
        sa.CheckConstraint(
            "(status = 'booked') = (appointment IS NOT NULL)", name=op.f("ck_waiting_list_entries_booked")
        ),
    )
    for column in ("patient", "replaces", "appointment", "event"):
        op.create_index(f"ix_{table}_{column}", table, [column])
    waits = "status = 'waitlist'"
    _create_partial_index("ix_waiting_list_entries_waiting", table, "service", waits)
    replaces = f"{waits} AND replaces IS NOT NULL"
    _create_partial_index("uq_waiting_list_entries_replaces", table, "replaces", replaces, unique=True)


def _create_offers() -> None:
    table = "waiting_list_offers"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hold", sa.Uuid(), nullable=True),
        sa.Column("practitioner", sa.String(64), nullable=False),
        sa.Column("location", sa.String(64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*OUTCOMES, name="outcome", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_list_offers")),
        _refers(table, "entry", "waiting_list_entries.id", ondelete="CASCADE"),
        _refers(table, "hold", "holds.id", ondelete="SET NULL"),
        _refers(table, "practitioner", "practitioners.slug"),
        _refers(table, "location", "locations.slug"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_waiting_list_offers_token_hash")),
        sa.UniqueConstraint("hold", name=op.f("uq_waiting_list_offers_hold")),
        sa.UniqueConstraint(
            "entry",
            "practitioner",
            "starts_at",
            name=op.f("uq_waiting_list_offers_entry_practitioner_starts_at"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_waiting_list_offers_in_order")),
        sa.CheckConstraint("offered_at < expires_at", name=op.f("ck_waiting_list_offers_lasts")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_waiting_list_offers_ended")
        ),
    )
    for column in ("offered_at", "event"):
        op.create_index(f"ix_{table}_{column}", table, [column])
    is_open = "outcome IS NULL"
    _create_partial_index("uq_waiting_list_offers_open", table, "entry", is_open, unique=True)
    _create_partial_index("ix_waiting_list_offers_expiring", table, "expires_at", is_open)


def _refers(table: str, column: str, to: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _create_partial_index(name: str, table: str, column: str, where: str, *, unique: bool = False) -> None:
    rows = sa.text(where)
    op.create_index(name, table, [column], unique=unique, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("holds", "from_waiting_list")
    for name in (*MAYBE_MINUTES, *NUMBERS):
        op.drop_column("clinic", name)
    of_kinds = f"SELECT id FROM outbox_events WHERE kind IN {KINDS}"  # noqa: S608
    op.execute(f"DELETE FROM outbox_deliveries WHERE event IN ({of_kinds})")  # noqa: S608
    op.execute(f"DELETE FROM outbox_events WHERE kind IN {KINDS}")  # noqa: S608
    allow_values("outbox_events", "kind", KINDS_BEFORE)
