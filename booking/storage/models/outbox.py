"""The outbox: events, their listeners, and deliveries."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.events import Event, EventKind
from booking.encryption.cipher import Ciphertext
from booking.storage.base import Table, enum_column, partial_index

MAIL_LISTENER = "mail"
"""The listener that sends mails to patients."""


SMS_LISTENER = "sms"
"""The listener that sends text messages to patients."""


class OutboxEvent(Table):
    """A change of appointments, or of what can be booked.

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
    moved_from_local: Mapped[str | None]  # RFC 3339, where zone rules have changed
    moved_from_practitioner: Mapped[str | None]  # None: still the same
    # None: recorded by a server of the version before, during an update.
    ordering_key: Mapped[uuid.UUID | None]
    position: Mapped[int | None]

    @property
    def event(self) -> Event:
        """As listeners receive it."""
        return Event(
            self.id,
            self.kind,
            tuple(uuid.UUID(appointment) for appointment in self.appointments),
            self.occurred_at,
            self.moved_from,
            self.moved_from_location,
            datetime.fromisoformat(self.moved_from_local) if self.moved_from_local else None,
            self.moved_from_practitioner,
        )


class WatchedState(Table):
    """The catalogue, or the open times, as the last event said it: another fingerprint is a change.

    `seen` is a later fingerprint that is not announced yet, because more changes may follow.
    """

    __tablename__ = "watched_states"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)  # of its event
    fingerprint: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]  # visits before then do not count
    seen: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[datetime | None]
    changing_since: Mapped[datetime | None]


class OutboxListener(Table):
    """Receives every event from its registration on, until it is removed."""

    __tablename__ = "outbox_listeners"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)


class OutboxDelivery(Table):
    """An event for a listener. `due_at` is when it is to be delivered (again); None once that is over.

    The token of the manage link is stored until the event is delivered or its visits are over.
    """

    __tablename__ = "outbox_deliveries"
    __table_args__ = (
        partial_index("ix_outbox_deliveries_with_token", "event", where="manage_token IS NOT NULL"),
        partial_index("ix_outbox_deliveries_undelivered", "listener", "due_at", where="delivered_at IS NULL"),
    )

    event: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("outbox_events.id", ondelete="CASCADE"), primary_key=True
    )
    listener: Mapped[str] = mapped_column(
        ForeignKey("outbox_listeners.name", ondelete="CASCADE"), primary_key=True, index=True
    )
    manage_token: Mapped[Ciphertext | None]
    attempts: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]
