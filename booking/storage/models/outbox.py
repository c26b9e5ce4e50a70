"""The outbox: events, their listeners, and deliveries."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.events import EventKind
from booking.storage.base import Table, enum_column


class OutboxEvent(Table):
    """A change of appointments.

    `ordering_key` is their course, or the appointment: events of one key are delivered in the order of
    their `position`.
    """

    __tablename__ = "outbox_events"
    __table_args__ = (Index(None, "ordering_key", "position"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = enum_column(EventKind, "kind", length=32)
    appointments: Mapped[list[str]]  # ids, in order of time
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    moved_from: Mapped[datetime | None]
    moved_from_location: Mapped[str | None]
    # None: recorded by a server of the version before, during an update.
    ordering_key: Mapped[uuid.UUID | None]
    position: Mapped[int | None]


class OutboxListener(Table):
    """Receives every event from its registration on, until it is removed."""

    __tablename__ = "outbox_listeners"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)


class OutboxDelivery(Table):
    """An event for a listener. `due_at` is when it is to be delivered (again); None once that is over.

    The token of the manage link is stored only until then.
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
