"""Practitioners' CalDAV calendars that their visits are written into, and what is written there."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from booking.encryption.cipher import Ciphertext
from booking.storage.base import Table, enum_column
from booking.storage.models.desk.blocked_time import MAX_ACTOR
from booking.storage.models.desk.busy_calendars import BusyCode

MAX_ETAG = 200


class VisitCalendar(Table):
    """A practitioner has one at most. Its address, name and password are encrypted as one."""

    __tablename__ = "visit_calendars"
    __table_args__ = (CheckConstraint("(failing_since IS NULL) = (failure IS NULL)", name="failing"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), unique=True)
    secret: Mapped[Ciphertext]
    with_reference: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(MAX_ACTOR))
    next_write_at: Mapped[datetime]  # not before; a process that writes moves it beyond its turn
    written_at: Mapped[datetime | None]  # the last time that all was as it should be
    compared_at: Mapped[datetime | None]  # with what the server has
    failing_since: Mapped[datetime | None]
    failure: Mapped[BusyCode | None] = enum_column(BusyCode, "failure")


class WrittenVisit(Table):
    """A visit that was written into the calendar, as it was then. Here it may be erased before there."""

    __tablename__ = "written_visits"

    calendar: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("visit_calendars.id", ondelete="CASCADE"), primary_key=True
    )
    appointment: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int | None]  # of the appointment; None where the server has something else
    digest: Mapped[bytes | None]  # of the event's text
    etag: Mapped[str | None] = mapped_column(String(MAX_ETAG))
