"""Appointments that are still to come, with all that could forbid them now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.catalogue import Certification, Location, Practitioner, Service, TimeOff
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class UpcomingAppointment:
    """A booked appointment that is still to come, with all that could forbid it now."""

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
