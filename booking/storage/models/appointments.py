"""Appointments, their patients, courses and reminders.

They are named by random ids, and refer to rows of the catalogue by slug.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.policy import BookingPolicy
from booking.encryption.cipher import Ciphertext
from booking.storage.base import Table, enum_column, partial_index
from booking.storage.models.api_keys import ApiKey
from booking.storage.models.holds import AppointmentColumns


class AppointmentStatus(StrEnum):
    """FHIR's AppointmentStatus, as far as a clinic needs it. With any but the last, a visit keeps its time.

    https://hl7.org/fhir/R4/valueset-appointmentstatus.html
    """

    BOOKED = "booked"
    ARRIVED = "arrived"
    CHECKED_IN = "checked-in"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"


class CancellationReason(StrEnum):
    """On whose part a visit was cancelled (FHIR Appointment.cancelationReason)."""

    PATIENT = "patient"
    CLINIC = "clinic"
    OTHER = "other"


class BookingSource(StrEnum):
    """By which way a visit was booked."""

    ONLINE = "online"
    """By the patient, in the widget or on the clinic's own pages."""
    PARTNER = "partner"
    """With a partner's key."""
    DESK = "desk"


MOST_EMAIL_CORRECTIONS = 3
"""How often a patient may correct the address of a booking online."""


class Patient(Table):
    """Contact data of one booking; a person who books again is another patient.

    `booking.patients.contacts` reads and writes it. Its columns are None once the
    patient is erased.
    """

    __tablename__ = "patients"
    __table_args__ = (
        partial_index("ix_patients_not_erased", "created_at", where="erased_at IS NULL"),
        partial_index(
            "ix_patients_name_not_indexed", "created_at", where="name_index IS NULL AND erased_at IS NULL"
        ),
        CheckConstraint(
            f"email_corrections BETWEEN 0 AND {MOST_EMAIL_CORRECTIONS}", name="email_corrections"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    data_key: Mapped[uuid.UUID | None] = mapped_column(index=True, unique=True)  # of the key store
    name: Mapped[Ciphertext | None]
    email: Mapped[Ciphertext | None]
    phone: Mapped[Ciphertext | None]
    contact_name: Mapped[Ciphertext | None]  # of whom address and number reach; None: the patient
    note: Mapped[Ciphertext | None]  # of the patient, for the practitioner; None: there is none
    email_index: Mapped[bytes | None] = mapped_column(index=True)  # HMACs: equal for equal addresses
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    name_index: Mapped[bytes | None]  # equal for equal names; None until the name is indexed
    language: Mapped[str]
    email_corrections: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # by the patient
    no_reminders_since: Mapped[datetime | None]  # the same for all bookings with the address
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class Course(Table):
    """Appointments that were booked as one and share one manage link."""

    __tablename__ = "courses"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(ForeignKey("services.slug"))
    created_at: Mapped[datetime]


class Appointment(AppointmentColumns, Table):
    """A booked visit (FHIR Appointment)."""

    __tablename__ = "appointments"
    __mapper_args__: Any = MappingProxyType({"eager_defaults": True})  # `version` is read after a change.
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint(
            "cancellation_reason IS NULL OR "
            "(cancellation_reason IN ('patient', 'clinic', 'other') AND status = 'cancelled')",
            name="cancellation_reason",
        ),
        Index(None, "practitioner", "starts_at"),
        Index(None, "patient"),
        Index(None, "booked_by", "created_at", "id"),
        partial_index(
            "ix_appointments_changed", "booked_by", "changed_at", "id", where="booked_by IS NOT NULL"
        ),
        partial_index(
            "ix_appointments_starting", "booked_by", "starts_at", "id", where="booked_by IS NOT NULL"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("holds.id"), primary_key=True)  # of its hold
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    version: Mapped[int] = mapped_column(
        default=0, server_default=text("0"), onupdate=text("version + 1")
    )  # raised by each change of the row, whoever makes it
    status: Mapped[AppointmentStatus] = enum_column(AppointmentStatus, "status")
    status_changed_at: Mapped[datetime | None]  # None: it is booked, as it was from the first
    cancellation_reason: Mapped[CancellationReason | None] = mapped_column(
        Enum(CancellationReason, native_enum=False, length=16, values_callable=lambda kind: list(kind))
    )  # None: not cancelled, or nobody has said
    patient: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    booked_by: Mapped[str | None] = mapped_column(ForeignKey(ApiKey.id))  # None: not by a partner
    source: Mapped[BookingSource] = enum_column(BookingSource, "source", default=BookingSource.ONLINE)
    course: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("courses.id"), index=True)
    tell_practitioner: Mapped[Ciphertext | None]  # slugs of screening questions; no answers
    desk_note: Mapped[Ciphertext | None]  # None: there is none
    screening_repeated: Mapped[bool] = mapped_column(server_default=false())  # after a refusal; no answers
    manage_token_hash: Mapped[bytes] = mapped_column(index=True)  # shared by the appointments of a course
    changed_at: Mapped[datetime]  # when it was booked, moved or cancelled, or its status set
    sequence: Mapped[int]  # iCalendar SEQUENCE: raised by each change that a calendar has to hear of
    moved_at: Mapped[datetime | None]  # when it last got another time; None: it has that of its booking
    confirmed_at: Mapped[datetime | None]  # by the patient, for the time that it has (PARTSTAT=ACCEPTED)
    impossible_since: Mapped[datetime | None]  # since the catalogue or blocked time rules it out
    local_start: Mapped[str | None]  # RFC 3339: `starts_at` as the patient was told it, on the wall clock

    @property
    def ordering_key(self) -> uuid.UUID:
        """Of its events: they are delivered in order with those of the whole course."""
        return self.course or self.id

    @property
    def timed_at(self) -> datetime:
        """Since when it has its time: it was booked or moved then."""
        return self.moved_at or self.created_at

    @property
    def stands(self) -> bool:
        """Whether its time is the patient's: whatever became of the visit, unless it was cancelled."""
        return self.status is not AppointmentStatus.CANCELLED

    def change_deadline(self, policy: BookingPolicy) -> datetime:
        """The last instant to change it online; its start, where the clinic can't keep the time."""
        return policy.change_deadline(self.starts_at) if self.impossible_since is None else self.starts_at

    def cancellation_deadline(self, policy: BookingPolicy) -> datetime:
        """The last instant to cancel it online: for the grace after it got its time, even inside the notice.

        Never once it has begun, by the grace.
        """
        deadline = self.change_deadline(policy)
        return max(deadline, self._grace_end(self.timed_at, policy)) if policy.grace else deadline

    def undo_deadline(self, policy: BookingPolicy) -> datetime | None:
        """The last instant at which its patient can undo the cancellation; None if they can't at all."""
        cancelled_at = self.status_changed_at
        is_theirs = self.cancellation_reason is CancellationReason.PATIENT
        return self._grace_end(cancelled_at, policy) if is_theirs and cancelled_at and policy.grace else None

    def _grace_end(self, since: datetime, policy: BookingPolicy) -> datetime:
        return min(since + policy.grace, self.starts_at - timedelta.resolution)

    @property
    def told_start(self) -> datetime | None:
        """`local_start`; None where a server of an earlier version has booked or moved the visit."""
        told = datetime.fromisoformat(self.local_start) if self.local_start else None
        return told if told == self.starts_at else None

    def set_local_start(self, zone: ZoneInfo) -> None:
        """Record that the patient is told the time that the zone's clock shows at `starts_at`."""
        self.local_start = self.starts_at.astimezone(zone).isoformat()


class Reminder(Table):
    """A reminder of an appointment: due, or taken by a process that sends it.

    It is about the visit at `starts_at`, and sent for no other time. Until it is taken it is written and
    deleted with the visit's changes; afterwards it stays, so that none is sent twice.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("due_at < starts_at", name="in_order"),
        CheckConstraint("days_before > 0", name="days_before"),
        UniqueConstraint("appointment", "starts_at", "days_before"),
        partial_index("ix_reminders_due", "due_at", where="taken_at IS NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    appointment: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointments.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    days_before: Mapped[int]
    due_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    event: Mapped[uuid.UUID | None] = mapped_column(index=True)  # None: nobody was to be told


class ReminderPlan(Table):
    """By which rules the reminders are planned, and how far, while the visits are gone through again."""

    __tablename__ = "reminder_plan"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("(position_at IS NULL) = (position_id IS NULL)", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    rules: Mapped[str] = mapped_column(String(64))  # a fingerprint
    position_at: Mapped[datetime | None]  # visits up to this one are planned; None: all are
    position_id: Mapped[uuid.UUID | None]
