"""Patients' data, manage tokens that wait in the outbox, and webhook secrets are encrypted."""

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.util import await_only

from booking.encryption.cipher import DataKey, Place
from booking.encryption.contact_index import email_index, phone_index
from booking.encryption.key_ring import KeyProblem
from booking.storage.base import UtcDateTime
from booking.storage.key_store.data_keys import DataKeys, KeyPurpose

revision = "0027"
down_revision = "0026"

READABLE = {
    "patients": ("name", "email", "phone"),
    "appointments": ("tell_practitioner",),
    "outbox_deliveries": ("manage_token",),
    "webhook_endpoints": ("secret", "former_secret"),
}
"""Columns that were readable; during the migration their values are in `readable_…`."""
TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "created_at": UtcDateTime,
    "data_key": sa.Uuid,
    "event": sa.Uuid,
    "id": sa.Uuid,
    "listener": sa.String,
    "patient": sa.Uuid,
}
BATCH = 500
TOKEN_INDEX = "ix_outbox_deliveries_with_token"  # noqa: S105  (no token)


def upgrade() -> None:
    op.create_table(
        "key_store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_store", sa.String(32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_key_store_only_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_store")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"LOCK TABLE {', '.join(READABLE)}")
    op.drop_index(TOKEN_INDEX, "outbox_deliveries")
    for table, column in _columns():
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO readable_{column}")
        is_required = column == "secret"
        default = sa.text("''") if is_required else None
        kind = sa.LargeBinary()
        op.add_column(table, sa.Column(column, kind, nullable=not is_required, server_default=default))
    op.add_column("patients", sa.Column("data_key", sa.Uuid(), nullable=True))
    op.add_column("patients", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("email_index", "phone_index"):
        op.add_column("patients", sa.Column(column, sa.LargeBinary(), nullable=True))
    _encrypt(op.get_bind(), context.config.attributes.get("data_keys"))
    for column in ("email_index", "phone_index"):
        op.create_index(f"ix_patients_{column}", "patients", [column])
    op.create_index("ix_patients_data_key", "patients", ["data_key"], unique=True)
    for table, column in _columns():
        op.drop_column(table, f"readable_{column}")
    _index_tokens()


def _index_tokens() -> None:
    has_token = sa.text("manage_token IS NOT NULL")
    op.create_index(
        TOKEN_INDEX, "outbox_deliveries", ["event"], sqlite_where=has_token, postgresql_where=has_token
    )


def _columns() -> Iterator[tuple[str, str]]:
    return ((table, column) for table, columns in READABLE.items() for column in columns)


def _encrypt(connection: sa.Connection, data_keys: DataKeys | None) -> None:
    readable = [sa.table(name, sa.column(f"readable_{column}")) for name, column in _columns()]
    if not any(connection.scalar(sa.select(sa.exists().where(*_are_set(table)))) for table in readable):
        return
    if data_keys is None:
        raise KeyProblem("the patients' data of this database can't be encrypted without data keys")
    patient_keys = _encrypt_patients(connection, data_keys)
    _encrypt_topics(connection, patient_keys)
    token_key = await_only(data_keys.clinic_key(KeyPurpose.MANAGE_TOKEN))
    _encrypt_column(connection, "outbox_deliveries", "manage_token", "event", token_key)
    secret_key = await_only(data_keys.clinic_key(KeyPurpose.WEBHOOK_SECRET))
    for column in READABLE["webhook_endpoints"]:
        _encrypt_column(connection, "webhook_endpoints", column, "id", secret_key)


def _are_set(table: sa.TableClause) -> Iterator[sa.ColumnElement[bool]]:
    return (column.is_not(None) for column in table.c)


def _encrypt_patients(connection: sa.Connection, data_keys: DataKeys) -> dict[uuid.UUID, DataKey]:
    patients = _table("patients", "id", "data_key", "email_index", "phone_index", "created_at")
    index = await_only(data_keys.clinic_key(KeyPurpose.CONTACT_INDEX))
    rows = connection.execute(sa.select(patients)).all()
    keys: dict[uuid.UUID, DataKey] = {}
    for first in range(0, len(rows), BATCH):
        batch = rows[first : first + BATCH]
        for row, key in zip(batch, await_only(data_keys.new_keys(len(batch), now=batch[0].created_at))):
            keys[row.id] = key
            readable = {column: getattr(row, f"readable_{column}") for column in READABLE["patients"]}
            encrypted = {
                column: key.encrypt(text, Place(f"patients.{column}", row.id))
                for column, text in readable.items()
            }
            indexes = {
                "email_index": email_index(index, readable["email"]),
                "phone_index": phone_index(index, readable["phone"]),
            }
            changed = sa.update(patients).where(patients.c.id == row.id)
            connection.execute(changed.values(data_key=key.id, **encrypted, **indexes))
    return keys


def _encrypt_topics(connection: sa.Connection, keys: dict[uuid.UUID, DataKey]) -> None:
    appointments = _table("appointments", "id", "patient", json_column="readable_tell_practitioner")
    for row in connection.execute(sa.select(appointments)).all():
        place = Place("appointments.tell_practitioner", row.id)
        topics = keys[row.patient].encrypt(json.dumps(row.readable_tell_practitioner), place)
        changed = sa.update(appointments).where(appointments.c.id == row.id)
        connection.execute(changed.values(tell_practitioner=topics))


def _encrypt_column(connection: sa.Connection, name: str, column: str, row_id: str, key: DataKey) -> None:
    """A column with secrets of the clinic; the ciphertext is bound to the column `row_id`."""
    keys = ("event", "listener") if name == "outbox_deliveries" else ("id",)
    table = _table(name, *keys, text_ids=name == "webhook_endpoints")
    readable = table.c[f"readable_{column}"]
    for row in connection.execute(sa.select(table).where(readable.is_not(None))).all():
        place = Place(f"{name}.{column}", getattr(row, row_id))
        encrypted = key.encrypt(getattr(row, readable.name), place)
        found = [table.c[each] == getattr(row, each) for each in keys]
        connection.execute(sa.update(table).where(*found).values({column: encrypted}))


def _table(name: str, *others: str, json_column: str | None = None, text_ids: bool = False) -> sa.TableClause:
    """The table as it is during the migration: keys, readable columns, and those that replace them."""
    columns: Sequence[str] = READABLE[name]
    return sa.table(
        name,
        *(sa.column(each, sa.String if text_ids else TYPES.get(each, sa.LargeBinary)) for each in others),
        *(sa.column(each, sa.LargeBinary) for each in columns),
        *(
            sa.column(f"readable_{each}", sa.JSON if f"readable_{each}" == json_column else sa.String)
            for each in columns
        ),
    )


def downgrade() -> None:
    """Of a database without patients and endpoints: what is encrypted stays so."""
    connection = op.get_bind()
    for name in ("patients", "webhook_endpoints"):
        if connection.scalar(sa.select(sa.exists().select_from(sa.table(name)))):
            raise KeyProblem(f"{name} holds encrypted data, which no earlier version can read")
    op.drop_table("key_store")
    op.drop_index(TOKEN_INDEX, "outbox_deliveries")
    for column in ("data_key", "email_index", "phone_index"):
        op.drop_index(f"ix_patients_{column}", "patients")
        op.drop_column("patients", column)
    op.drop_column("patients", "erased_at")
    for table, column in _columns():
        op.drop_column(table, column)
        kind = sa.JSON() if column == "tell_practitioner" else sa.String()
        op.add_column(table, sa.Column(column, kind, nullable=True))
    _index_tokens()
