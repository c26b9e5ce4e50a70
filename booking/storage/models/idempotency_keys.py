"""Idempotency keys of clients, and those of visits that came from another system."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table


class IdempotencyKey(Table):
    """The outcome of a request with an idempotency key. Key and request are stored as hashes."""

    __tablename__ = "idempotency_keys"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    outcome: Mapped[uuid.UUID]  # the hold or the appointment
    created_at: Mapped[datetime] = mapped_column(index=True)


class ImportedVisit(Table):
    """A visit that another system had: what it had is booked once, however often it is imported."""

    __tablename__ = "imported_visits"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)  # of the other system, and its id of the visit
    appointment: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointments.id"), unique=True)
    imported_at: Mapped[datetime]
