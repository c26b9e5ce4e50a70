"""Holds, appointments, and the ticks whose primary key forbids a double booking.

They are named by random ids, and refer to rows of the catalogue by slug."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.open_slot import OpenSlot
from booking.storage.base import Table, enum_column, partial_index
from booking.storage.models.api_keys import ApiKey


class Tick(Table):
    """The referee: one row per 5 minutes and resource, so that this time has one owner.

    `owner` is a hold, whose id its appointment keeps. `expires_at` is set while the time is only held.
    Buffers around an appointment have ticks too.
    """

    __tablename__ = "ticks"
    __table_args__ = (
        Index(None, "owner"),
        # Expired ticks are found without reading all that was ever booked.
        partial_index("ix_ticks_held", "resource", "expires_at", where="expires_at IS NOT NULL"),
        {"sqlite_with_rowid": False},
    )

    resource: Mapped[str] = mapped_column(String(64), primary_key=True)  # a practitioner's slug
    tick: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # unix time / 300 s
    owner: Mapped[uuid.UUID] = mapped_column(ForeignKey("holds.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime | None]


class AppointmentColumns:
    """Columns that a hold and an appointment have in common."""

    service: Mapped[str] = mapped_column(ForeignKey("services.slug"))
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"))
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]

    @property
    def slot(self) -> OpenSlot:
        return OpenSlot(self.service, self.practitioner, self.location, self.starts_at, self.ends_at)


class Hold(AppointmentColumns, Table):
    """A short claim on a time while the visitor fills in the form.

    Its row stays after the booking, so that a repeated request finds its outcome.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        partial_index("ix_holds_not_booked", "practitioner", "expires_at", where="client IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]
    client: Mapped[bytes | None] = mapped_column(index=True)  # hash of its address; None once booked


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
    phone: Mapped[str]  # E.164
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
