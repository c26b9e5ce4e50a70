"""What an event is about, read once: the visits as they stand now, and all that a mail says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.domain.events import Event, EventKind
from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.catalogue import Clinic, Location, Practitioner, Service
from booking.storage.queries.appointments import appointments_by_course, appointments_by_id
from booking.storage.queries.catalogue import (
    get_clinic,
    locations_by_slug,
    practitioners_by_slug,
    services_by_slug,
)
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class MailContext:
    """`visits` are those to tell of, never none; `course` is all that were booked as one.

    Both in the order of their times. A single visit is a course of one.
    """

    event: Event
    clinic: Clinic
    patient: Patient
    visits: Sequence[Appointment]
    course: Sequence[Appointment]
    service: Service
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]

    @property
    def others(self) -> list[Appointment]:
        """Visits of the course that stand and are still to come."""
        told = {visit.id for visit in self.visits}
        return [visit for visit in self.course if visit.id not in told and self._is_ahead(visit)]

    def number(self, visit: Appointment) -> int:
        return 1 + [each.id for each in self.course].index(visit.id)

    def location(self, visit: Appointment) -> Location:
        return self.locations[visit.location]

    def local(self, at: datetime, visit: Appointment) -> datetime:
        """On the clock where the visit is."""
        return at.astimezone(ZoneInfo(self.location(visit).time_zone))

    def deadline(self, visit: Appointment) -> datetime | None:
        """Until when it can be changed online; None if it was too late already when this happened."""
        deadline = self.clinic.policy.change_deadline(visit.starts_at)
        return self.local(deadline, visit) if deadline >= self.event.occurred_at else None

    def _is_ahead(self, visit: Appointment) -> bool:
        return visit.status is AppointmentStatus.BOOKED and visit.ends_at > self.event.occurred_at


async def mail_context(session: BookingSession, event: Event) -> MailContext | None:
    """None if there is nothing (any more) to tell: what has happened since is told by its own event."""
    told = await appointments_by_id(session, event.appointments)
    visits = [visit for visit in told if _is_current(event, visit)]
    if not visits:
        return None
    key = visits[0].course
    course = (await appointments_by_course(session, [key]))[key] if key else visits
    services = await services_by_slug(session, [visits[0].service])
    return MailContext(
        event=event,
        clinic=await get_clinic(session),
        patient=await session.get_one(Patient, visits[0].patient),
        visits=visits,
        course=course,
        service=services[visits[0].service],
        practitioners=await practitioners_by_slug(session, {visit.practitioner for visit in course}),
        locations=await locations_by_slug(session, {visit.location for visit in course}),
    )


def _is_current(event: Event, visit: Appointment) -> bool:
    is_cancelled = visit.status is AppointmentStatus.CANCELLED
    if event.kind is EventKind.CANCELLED:
        return is_cancelled
    # Of two moves in a row only the last is news: the time of the first is not kept any more.
    is_outdated = event.kind is EventKind.MOVED and visit.changed_at > event.occurred_at
    return not (is_cancelled or is_outdated)
