"""The key store's one table. It is in a database of its own, so it has a metadata of its own."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, MetaData, String, Table, Uuid, text

from booking.storage.base import UtcDateTime

PATIENT = "patient"
"""The purpose of a patient's data key; every other purpose has one key."""

KEY_STORE = MetaData()
DATA_KEYS = Table(
    "data_keys",
    KEY_STORE,
    Column("id", Uuid, primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("wrapped_by", String(32)),  # id of the key-encryption key
    Column("wrapped", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("destroyed_at", UtcDateTime),  # The row stays: a key that is gone on purpose is no lost key.
    CheckConstraint(
        "(wrapped IS NULL) = (destroyed_at IS NOT NULL) AND (wrapped IS NULL) = (wrapped_by IS NULL)",
        name="ck_data_keys_destroyed",
    ),
    Index("ix_data_keys_wrapped_by", "wrapped_by"),
)
Index(
    "uq_data_keys_purpose",
    DATA_KEYS.c.purpose,
    unique=True,
    sqlite_where=text("purpose <> 'patient'"),
    postgresql_where=text("purpose <> 'patient'"),
)
