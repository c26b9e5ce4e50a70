"""Practitioners' calendars elsewhere, and the copies of when they make a practitioner busy: no titles."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.encryption.cipher import Ciphertext
from booking.storage.base import Table, enum_column
from booking.storage.models.desk.blocked_time import MAX_ACTOR

MAX_MARK = 500


class BusyCalendarKind(StrEnum):
    ICS = "ics"
    """A file of RFC 5545 at a secret address."""
    CALDAV = "caldav"
    """A collection of RFC 4791, with a name and a password."""


class BusyCode(StrEnum):
    """Why a calendar can't be asked. The copy that the clinic has is kept."""

    UNREACHABLE = "unreachable"
    """No connection, no answer in time, no HTTP, or an error of the server's own."""
    WRONG_PASSWORD = "wrong-password"  # noqa: S105  (no password)
    NOT_FOUND = "not-found"
    """There is no calendar (any more) at the address."""
    NOT_ALLOWED = "not-allowed"
    """The address leads into a private network, is no https, or redirects to such an address."""
    NOT_A_CALENDAR = "not-a-calendar"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"
    """The entries recur too often to be expanded within the limits of time and memory."""


class BusyCalendar(Table):
    """A calendar that is asked from time to time. Its address, name and password are encrypted as one.

    While it can't be asked, its last copy stays.
    """

    __tablename__ = "busy_calendars"
    __table_args__ = (
        CheckConstraint("(failing_since IS NULL) = (failure IS NULL)", name="failing"),
        CheckConstraint("(copied_at IS NULL) = (copy IS NULL)", name="copied"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), index=True)
    kind: Mapped[BusyCalendarKind] = enum_column(BusyCalendarKind, "kind")
    secret: Mapped[Ciphertext]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(MAX_ACTOR))
    next_ask_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]  # as the server had it then
    failing_since: Mapped[datetime | None]
    failure: Mapped[BusyCode | None] = enum_column(BusyCode, "failure")
    copy: Mapped[uuid.UUID | None]  # another one whenever the intervals are others
    copied_until: Mapped[datetime | None]  # the end of the horizon of the copy
    mark: Mapped[str | None] = mapped_column(
        String(MAX_MARK)
    )  # the server's, of that state: ETag, sync token
    digest: Mapped[bytes | None]  # of what the server sent
    unread: Mapped[int] = mapped_column(server_default=text("0"))  # entries that can't be read


class BusyInterval(Table):
    """A practitioner is busy elsewhere from `starts_at` up to `ends_at`. No two of a calendar touch."""

    __tablename__ = "busy_intervals"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="in_order"),)

    calendar: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("busy_calendars.id", ondelete="CASCADE"), primary_key=True
    )
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
