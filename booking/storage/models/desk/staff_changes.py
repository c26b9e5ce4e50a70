"""What staff changed, for as long as they can undo it, and mails about it that wait for their last word."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, enum_column
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.desk.blocked_time import MAX_ACTOR
from booking.storage.models.outbox import OutboxEvent


class ChangeKind(StrEnum):
    """What staff did to a visit."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    STATUS_SET = "status-set"


class StaffChange(Table):
    """A change of a visit by a member of the staff, and what the visit was before.

    The changes of one act, a course that was booked, share its `act`. It can be undone while the visit has
    the `version` that the change left.
    """

    __tablename__ = "staff_changes"
    __table_args__ = (
        CheckConstraint("former_version < version", name="in_order"),
        Index(None, "actor", "changed_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    act: Mapped[uuid.UUID]
    appointment: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointments.id"), index=True)
    actor: Mapped[str] = mapped_column(String(MAX_ACTOR))
    kind: Mapped[ChangeKind] = enum_column(ChangeKind, "kind")
    changed_at: Mapped[datetime] = mapped_column(index=True)
    notify: Mapped[bool]  # whether the patient was to hear of it
    version: Mapped[int]
    undone_at: Mapped[datetime | None]
    former_version: Mapped[int]  # -1: there was no visit
    former_status: Mapped[AppointmentStatus] = enum_column(AppointmentStatus, "former_status")
    former_practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"))
    former_location: Mapped[str] = mapped_column(ForeignKey("locations.slug"))
    former_starts_at: Mapped[datetime]
    former_squeeze_in: Mapped[bool]
    former_moved_at: Mapped[datetime | None]
    former_confirmed_at: Mapped[datetime | None]


class WaitingMail(Table):
    """The event of a mail that is not sent yet, and the time that the patient was last told of the visit.

    All three `told` columns are None where the patient knows of no visit that stands.
    """

    __tablename__ = "waiting_mails"
    __table_args__ = (
        CheckConstraint(
            "(told_starts_at IS NULL) = (told_practitioner IS NULL) "
            "AND (told_starts_at IS NULL) = (told_location IS NULL)",
            name="told",
        ),
    )

    appointment: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointments.id"), primary_key=True)
    event: Mapped[uuid.UUID] = mapped_column(ForeignKey(OutboxEvent.id, ondelete="CASCADE"), index=True)
    told_starts_at: Mapped[datetime | None]
    told_practitioner: Mapped[str | None] = mapped_column(ForeignKey("practitioners.slug"))
    told_location: Mapped[str | None] = mapped_column(ForeignKey("locations.slug"))
