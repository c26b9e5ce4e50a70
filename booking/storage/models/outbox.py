"""The outbox: events, their listeners, and deliveries."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.events import EventKind
from booking.storage.base import Table, enum_column


class OutboxEvent(Table):
    """What has happened to appointments."""

    __tablename__ = "outbox_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = enum_column(EventKind, "kind", length=32)
    appointments: Mapped[list[str]]  # ids, in order of time
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    moved_from: Mapped[datetime | None]


class OutboxListener(Table):
    """Who is told of what happens from now on."""

    __tablename__ = "outbox_listeners"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)


class OutboxDelivery(Table):
    """An event for a listener. `due_at` is when it is told (again); None once that is over.

    The secret of the manage link stays here only until then.
    """

    __tablename__ = "outbox_deliveries"

    event: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("outbox_events.id", ondelete="CASCADE"), primary_key=True
    )
    listener: Mapped[str] = mapped_column(
        ForeignKey("outbox_listeners.name", ondelete="CASCADE"), primary_key=True, index=True
    )
    manage_token: Mapped[str | None]
    attempts: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]
