"""Appointments, their courses and their patients."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, or_, select, tuple_

from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.catalogue import Certification, Location, Practitioner, Service, TimeOff
from booking.storage.session import BookingSession

BY_ID = (
    select(Appointment)
    .where(Appointment.id.in_(bindparam("ids", expanding=True)))
    .order_by(Appointment.starts_at)
)


async def appointments_by_id(session: BookingSession, ids: Collection[uuid.UUID]) -> Sequence[Appointment]:
    """The appointments in order of time."""
    return (await session.scalars(BY_ID, {"ids": list(ids)})).all()


async def appointments_by_manage_token(session: BookingSession, token_hash: bytes) -> Sequence[Appointment]:
    """The appointment of a manage link, or all appointments of its course, in order of time."""
    query = select(Appointment).where(Appointment.manage_token_hash == token_hash)
    return (await session.scalars(query.order_by(Appointment.starts_at))).all()


async def appointments_of_practitioner(
    session: BookingSession, practitioner: str, *, since: datetime
) -> Sequence[Appointment]:
    """Appointments that start after `since`, in order of time, except those cancelled before it."""
    is_current = or_(Appointment.status == AppointmentStatus.BOOKED, Appointment.changed_at > since)
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


async def patients_by_id(session: BookingSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Patient]:
    rows = await session.scalars(select(Patient).where(Patient.id.in_(ids)))
    return {row.id: row for row in rows}


async def appointments_booked_by_key(
    session: BookingSession, key: str, *, after: tuple[datetime, uuid.UUID] | None, limit: int
) -> Sequence[Appointment]:
    """A partner's, in the order of booking, starting after one of them."""
    position = (Appointment.created_at, Appointment.id)
    query = select(Appointment).where(Appointment.booked_by == key)
    if after is not None:
        query = query.where(tuple_(*position) > after)
    return (await session.scalars(query.order_by(*position).limit(limit))).all()


@dataclass(frozen=True)
class UpcomingAppointment:
    """A booked appointment that is still to come, with everything that could forbid it now."""

    appointment: Appointment
    service: Service
    practitioner: Practitioner
    location: Location
    certification: Certification | None
    is_away: bool


async def upcoming_appointments(session: BookingSession, now: datetime) -> list[UpcomingAppointment]:
    held = (Certification.practitioner == Practitioner.slug) & (Certification.kind == Service.requires)
    away = exists().where(
        TimeOff.practitioner == Appointment.practitioner,
        TimeOff.starts_at < Appointment.ends_at,
        TimeOff.ends_at > Appointment.starts_at,
    )
    query = (
        select(Appointment, Service, Practitioner, Location, Certification, away)
        .join(Service, Service.slug == Appointment.service)
        .join(Practitioner, Practitioner.slug == Appointment.practitioner)
        .join(Location, Location.slug == Appointment.location)
        .outerjoin(Certification, held)
        .where(Appointment.status == AppointmentStatus.BOOKED, Appointment.starts_at > now)
        .order_by(Appointment.starts_at)
    )
    return [UpcomingAppointment(*row) for row in await session.execute(query)]
