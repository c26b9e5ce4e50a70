"""Appointments, their courses and their patients."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select, tuple_

from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
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


async def upcoming_appointments(session: BookingSession, now: datetime) -> Sequence[Appointment]:
    """All that are booked and start after `now`, in order of time."""
    query = select(Appointment).where(
        Appointment.status == AppointmentStatus.BOOKED, Appointment.starts_at > now
    )
    return (await session.scalars(query.order_by(Appointment.starts_at, Appointment.id))).all()
