"""Appointments, their courses and their patients."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, tuple_

from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.catalogue.services import Service
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.session import BookingSession

STANDS = Appointment.status != AppointmentStatus.CANCELLED
"""As `Appointment.stands`."""
BY_ID = (
    select(Appointment)
    .where(Appointment.id.in_(bindparam("ids", expanding=True)))
    .order_by(Appointment.starts_at)
)


async def appointments_by_id(session: BookingSession, ids: Collection[uuid.UUID]) -> Sequence[Appointment]:
    """The appointments in order of time."""
    return (await session.scalars(BY_ID, {"ids": list(ids)})).all()


async def appointment_by_reference(session: BookingSession, reference: str) -> Appointment | None:
    query = select(Appointment).where(Appointment.reference == reference)
    return (await session.scalars(query)).one_or_none()


async def appointments_by_manage_token(session: BookingSession, token_hash: bytes) -> Sequence[Appointment]:
    """The appointment of a manage link, or all appointments of its course, in order of time."""
    linked = select(ManageLink.appointment).where(ManageLink.token_hash == token_hash)
    is_theirs = or_(Appointment.manage_token_hash == token_hash, Appointment.id.in_(linked))
    return (await session.scalars(select(Appointment).where(is_theirs).order_by(Appointment.starts_at))).all()


async def appointments_of_patients(
    session: BookingSession, patients: Collection[uuid.UUID]
) -> Sequence[Appointment]:
    """All visits of these patients' bookings, cancelled ones too, in order of time."""
    query = select(Appointment).where(Appointment.patient.in_(patients))
    return (await session.scalars(query.order_by(Appointment.starts_at, Appointment.id))).all()


async def appointments_of_practitioner(
    session: BookingSession, practitioner: str, *, since: datetime
) -> Sequence[Appointment]:
    """Appointments that start after `since`, in order of time, except those cancelled before it."""
    is_current = or_(STANDS, Appointment.changed_at > since)
    query = select(Appointment).where(
        Appointment.practitioner == practitioner, Appointment.starts_at > since, is_current
    )
    return (await session.scalars(query.order_by(Appointment.starts_at, Appointment.id))).all()


async def appointments_by_course(
    session: BookingSession, courses: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Appointment]]:
    query = select(Appointment).where(Appointment.course.in_(courses)).order_by(Appointment.starts_at)
    by_course: dict[uuid.UUID, list[Appointment]] = {course: [] for course in courses}
    for appointment in await session.scalars(query):
        by_course[appointment.course or appointment.id].append(appointment)
    return by_course


async def has_appointments(session: BookingSession) -> bool:
    """Whether anything was ever booked."""
    return await session.scalar(select(Appointment.id).limit(1)) is not None


async def has_patient(session: BookingSession, id: uuid.UUID) -> bool:
    return await session.scalar(select(Patient.id).where(Patient.id == id)) is not None


async def patient_of_reference(session: BookingSession, reference: str) -> uuid.UUID | None:
    """The patient of the visit with this reference."""
    return await session.scalar(select(Appointment.patient).where(Appointment.reference == reference))


class AppointmentOrder(StrEnum):
    """The instant that a list of appointments is sorted by; those of one instant are sorted by id."""

    BOOKED_AT = "created_at"
    UPDATED_AT = "changed_at"
    STARTS_AT = "starts_at"

    def instant(self, row: Appointment) -> datetime:
        instant: datetime = getattr(row, self)
        return instant


@dataclass(frozen=True, kw_only=True)
class AppointmentCriteria:
    """The appointments that a partner's key booked; None restricts nothing.

    `changed_since` is inclusive. `starting` has a half-open stretch of time for each location's slug.
    """

    booked_by: str
    changed_since: datetime | None = None
    starting: Mapping[str, tuple[datetime, datetime]] | None = None
    status: AppointmentStatus | None = None
    service: str | None = None
    practitioner: str | None = None
    location: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        equal = {
            Appointment.booked_by: self.booked_by,
            Appointment.status: self.status,
            Appointment.service: self.service,
            Appointment.practitioner: self.practitioner,
            Appointment.location: self.location,
        }
        conditions = [column == value for column, value in equal.items() if value is not None]
        if self.changed_since is not None:
            conditions.append(Appointment.changed_at >= self.changed_since)
        if self.starting is not None:
            conditions.append(or_(False, *self._stretches(self.starting)))
        return conditions

    def _stretches(self, starting: Mapping[str, tuple[datetime, datetime]]) -> Iterator[ColumnElement[bool]]:
        """One condition for all locations with the same stretch: most clinics have one time zone."""
        for first, end in set(starting.values()):
            slugs = [slug for slug, stretch in starting.items() if stretch == (first, end)]
            at = Appointment.location.in_(slugs)
            yield and_(at, Appointment.starts_at >= first, Appointment.starts_at < end)


async def find_appointments(
    session: BookingSession,
    criteria: AppointmentCriteria,
    order: AppointmentOrder,
    *,
    after: tuple[datetime, uuid.UUID] | None,
    limit: int,
) -> Sequence[Appointment]:
    """The first `limit` of them behind a position in this order."""
    position: tuple[Any, Any] = (getattr(Appointment, order), Appointment.id)
    query = select(Appointment).where(*criteria.conditions())
    if after is not None:
        query = query.where(tuple_(*position) > after)
    return (await session.scalars(query.order_by(*position).limit(limit))).all()


async def count_appointments(session: BookingSession, criteria: AppointmentCriteria) -> int:
    query = select(func.count()).select_from(Appointment).where(*criteria.conditions())
    return (await session.scalars(query)).one()


async def upcoming_appointments(
    session: BookingSession, now: datetime, *, practitioner: str | None = None
) -> Sequence[Appointment]:
    """All that stand and start after `now`, in order of time, as they are in the database.

    Those of one practitioner, if one is named (slug).
    """
    query = select(Appointment).where(STANDS, Appointment.starts_at > now)
    if practitioner is not None:
        query = query.where(Appointment.practitioner == practitioner)
    query = query.execution_options(populate_existing=True)  # A lock may have waited since the last time.
    return (await session.scalars(query.order_by(Appointment.starts_at, Appointment.id))).all()


async def impossible_appointments(session: BookingSession, now: datetime) -> Sequence[Appointment]:
    """Those that stand and start after `now`, and can't take place, in order of time."""
    query = select(Appointment).where(
        STANDS, Appointment.starts_at > now, Appointment.impossible_since.is_not(None)
    )
    return (await session.scalars(query.order_by(Appointment.starts_at, Appointment.id))).all()


@dataclass(frozen=True)
class CertifiedVisit:
    """A visit of a service that its practitioner may deliver with a certificate of this `kind` alone."""

    practitioner: str
    kind: str
    location: str
    starts_at: datetime


async def certified_visits(
    session: BookingSession, kinds: Collection[str], *, after: datetime
) -> list[CertifiedVisit]:
    """Those that stand, start after `after` and need a certificate of these kinds."""
    query = (
        select(Appointment.practitioner, Service.requires, Appointment.location, Appointment.starts_at)
        .join(Service, Service.slug == Appointment.service)
        .where(STANDS, Appointment.starts_at > after, Service.requires.in_(kinds))
    )
    rows = await session.execute(query)
    return [
        CertifiedVisit(practitioner, kind, location, starts_at)
        for practitioner, kind, location, starts_at in rows
        if kind is not None
    ]
