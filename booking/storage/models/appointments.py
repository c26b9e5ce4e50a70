"""Appointments, their patients and their courses.

They are named by random ids, and refer to rows of the catalogue by slug.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, enum_column, partial_index
from booking.storage.models.api_keys import ApiKey
from booking.storage.models.holds import AppointmentColumns


class AppointmentStatus(StrEnum):
    """FHIR's AppointmentStatus, as far as a clinic that books online needs it."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class Patient(Table):
    """Contact data of one booking; a person who books again is another patient."""

    __tablename__ = "patients"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]  # E.164, with its extension: +14165451881;ext=45
    language: Mapped[str]
    created_at: Mapped[datetime]


class Course(Table):
    """Appointments that were booked as one and share one manage link."""

    __tablename__ = "courses"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(ForeignKey("services.slug"))
    created_at: Mapped[datetime]


class Appointment(AppointmentColumns, Table):
    """A booked visit (FHIR Appointment)."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        Index(None, "practitioner", "starts_at"),
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
    status: Mapped[AppointmentStatus] = enum_column(AppointmentStatus, "status")
    patient: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    booked_by: Mapped[str | None] = mapped_column(ForeignKey(ApiKey.id))  # None: not by a partner
    course: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("courses.id"), index=True)
    tell_practitioner: Mapped[list[str]]  # slugs of screening questions; no answers
    manage_token_hash: Mapped[bytes] = mapped_column(index=True)  # shared by the appointments of a course
    changed_at: Mapped[datetime]
    sequence: Mapped[int]  # iCalendar SEQUENCE: raised by each change
    impossible_since: Mapped[datetime | None]  # when a load first found that the catalogue rules it out

    @property
    def ordering_key(self) -> uuid.UUID:
        """Of its events: they are delivered in order with those of the whole course."""
        return self.course or self.id
