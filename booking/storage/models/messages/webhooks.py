"""Webhook endpoints, and the log of delivery attempts."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.encryption.cipher import Ciphertext
from booking.storage.base import Table
from booking.storage.models.api_keys import ApiKey


class WebhookEndpoint(Table):
    """A URL that receives events. Signing needs its secrets, so they are encrypted, not hashed."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey(ApiKey.id), index=True)  # None: the clinic's own
    name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[list[str]]  # of events that it receives
    secret: Mapped[Ciphertext] = mapped_column(server_default=text("''"))  # The default is never used.
    former_secret: Mapped[Ciphertext | None]
    former_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]  # no attempt succeeded from then on
    disabled_at: Mapped[datetime | None]
    disabled_because: Mapped[str | None]


class WebhookAttempt(Table):
    """An attempt to deliver an event. Of the response only the status is stored."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index(None, "endpoint", "event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    event: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]  # 1 is the first for this event
    at: Mapped[datetime] = mapped_column(index=True)
    milliseconds: Mapped[int]
    status: Mapped[int | None]  # None: no response
    problem: Mapped[str | None]  # None: it succeeded
