"""Idempotency keys of clients."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table


class IdempotencyKey(Table):
    """The outcome of a request with an idempotency key. Key and request are stored as hashes."""

    __tablename__ = "idempotency_keys"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    outcome: Mapped[uuid.UUID]  # the hold or the appointment
    created_at: Mapped[datetime] = mapped_column(index=True)
