"""The clinic's reference to its key store, which is in another database."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, String, inspect, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, core_table


class KeyStoreReference(Table):
    """Which key store this database is encrypted with: one row, so that no other is taken for it."""

    __tablename__ = "key_store"
    __table_args__ = (CheckConstraint("id = 1", name="only_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_store: Mapped[str] = mapped_column(String(32))
    cleared_through: Mapped[datetime | None]  # patients whose key was destroyed until then hold no data


REFERENCE = core_table(KeyStoreReference)


def key_store_reference(connection: Connection) -> str | None:
    """None while nothing in this database is encrypted, also where it has no tables yet."""
    if not inspect(connection).has_table(REFERENCE.name):
        return None
    return connection.scalar(select(REFERENCE.c.key_store))


def set_key_store_reference(connection: Connection, reference: str) -> None:
    connection.execute(REFERENCE.insert().values(id=1, key_store=reference))
