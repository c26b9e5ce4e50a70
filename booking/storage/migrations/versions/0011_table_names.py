"""Tables named by their terms: idempotency keys, secrets of API keys, and the outbox."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BEFORE = ("intentions", "key_secrets", "events", "listeners", "deliveries")
AFTER = ("idempotency_keys", "api_key_secrets", "outbox_events", "outbox_listeners", "outbox_deliveries")
KINDS = ("appointment.booked", "appointment.moved", "appointment.cancelled")


def upgrade() -> None:
    _move(BEFORE, AFTER)


def downgrade() -> None:
    _move(AFTER, BEFORE)


def _move(sources: Sequence[str], targets: Sequence[str]) -> None:
    """The rows move to new tables, because SQLite can't rename a constraint."""
    if op.get_bind().dialect.name == "postgresql":
        # A row that another process adds after it was copied would be lost.
        op.execute(f"LOCK TABLE {', '.join(sources)}")
    _create(*targets)
    for source, target in zip(sources, targets):
        # By name: a later revision that is taken back leaves them in another order.
        columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(target))
        op.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source}")  # noqa: S608
    # Deliveries first: they go with their event.
    for source in reversed(sources):
        op.drop_table(source)


def _create(keys: str, secrets: str, events: str, listeners: str, deliveries: str) -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        keys,
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=f"pk_{keys}"),
    )
    op.create_index(f"ix_{keys}_created_at", keys, ["created_at"])
    op.create_table(
        secrets,
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["key"], ["api_keys.id"], name=f"fk_{secrets}_key"),
        sa.PrimaryKeyConstraint("hash", name=f"pk_{secrets}"),
    )
    op.create_index(f"ix_{secrets}_key", secrets, ["key"])
    op.create_table(
        events,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("appointments", sa.JSON(), nullable=False),
        sa.Column("occurred_at", instant, nullable=False),
        sa.Column("moved_from", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{events}"),
    )
    op.create_index(f"ix_{events}_occurred_at", events, ["occurred_at"])
    op.create_table(
        listeners,
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=f"pk_{listeners}"),
    )
    op.create_table(
        deliveries,
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("listener", sa.String(length=64), nullable=False),
        sa.Column("manage_token", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", instant, nullable=True),
        sa.Column("delivered_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["event"], [f"{events}.id"], name=f"fk_{deliveries}_event", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["listener"], [f"{listeners}.name"], name=f"fk_{deliveries}_listener", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event", "listener", name=f"pk_{deliveries}"),
    )
    op.create_index(f"ix_{deliveries}_due_at", deliveries, ["due_at"])
    op.create_index(f"ix_{deliveries}_listener", deliveries, ["listener"])
