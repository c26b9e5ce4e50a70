"""Text messages: sent, received, counted by day, and refused by their numbers. No text, and no number."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, enum_column


class SmsStatus(StrEnum):
    """What is known of a message, the earliest first."""

    MARKED = "marked"
    """A process is about to hand it to the gateway. It is never handed over again."""
    UNKNOWN = "unknown"
    """The gateway gave no answer that tells whether it took the message."""
    ACCEPTED = "accepted"
    """Taken by the gateway."""
    SENT = "sent"
    """Taken by the carrier."""
    DELIVERED = "delivered"
    FAILED = "failed"


class SmsKind(StrEnum):
    """What a received message asks for."""

    CONFIRM = "confirm"
    STOP = "stop"
    START = "start"
    OTHER = "other"


class SmsMessage(Table):
    """A text message about an event: one at most, whatever its gateway answered."""

    __tablename__ = "sms_messages"
    __table_args__ = (
        CheckConstraint("segments > 0", name="segments"),
        Index(None, "phone_index", "marked_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event: Mapped[uuid.UUID] = mapped_column(unique=True)
    patient: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    phone_index: Mapped[bytes]  # as of the patient
    status: Mapped[SmsStatus] = enum_column(SmsStatus, "status")
    error_code: Mapped[str | None] = mapped_column(String(16))  # of the gateway
    segments: Mapped[int]
    marked_at: Mapped[datetime] = mapped_column(index=True)
    status_changed_at: Mapped[datetime]


class SmsReceived(Table):
    """A message from a patient, by the gateway's id for it: the same one again changes nothing."""

    __tablename__ = "sms_received"
    __table_args__ = (Index(None, "phone_index", "received_at"),)

    gateway_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    phone_index: Mapped[bytes]
    kind: Mapped[SmsKind] = enum_column(SmsKind, "kind")
    received_at: Mapped[datetime] = mapped_column(index=True)


class SmsDay(Table):
    """How many messages have left on a day of the clinic's clock, which begins then."""

    __tablename__ = "sms_days"
    __table_args__ = (CheckConstraint("messages BETWEEN 0 AND most", name="most"),)

    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    messages: Mapped[int]
    most: Mapped[int]  # the clinic's, when the last one left


class SmsOptOut(Table):
    """A number that wants no text messages. It stays when patients with the number are erased."""

    __tablename__ = "sms_opt_outs"

    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    since: Mapped[datetime]
