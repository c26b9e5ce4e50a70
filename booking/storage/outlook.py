"""Appointments that are still to come, with all that could forbid them now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage.tables import (
    Appointment,
    AppointmentStatus,
    Certification,
    Location,
    Practitioner,
    Service,
    TimeOff,
)


@dataclass(frozen=True)
class Ahead:
    """A booked appointment that is still to come, with all that could forbid it now."""

    appointment: Appointment
    service: Service
    practitioner: Practitioner
    location: Location
    certification: Certification | None
    is_away: bool


async def appointments_ahead(session: AsyncSession, now: datetime) -> list[Ahead]:
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
    return [Ahead(*row) for row in await session.execute(query)]
