"""MailContext: the rows that a mail about an event is written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations, all_practitioners, all_services
from booking.domain.events import Event, EventKind
from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.catalogue import Clinic, Location, Practitioner, Service
from booking.storage.queries.appointments import appointments_by_course, appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class MailContext:
    """`appointments` are those of the event as they stand now, never none; `course` is all booked as one.

    Both in the order of their times. A single appointment is a course of one.
    """

    event: Event
    clinic: Clinic
    patient: Patient
    appointments: Sequence[Appointment]
    course: Sequence[Appointment]
    service: Service
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]

    @property
    def has_new_time(self) -> bool:
        """False where the appointment moved to another practitioner at the same time."""
        return self.event.moved_from not in (None, self.appointments[0].starts_at)

    @property
    def has_new_location(self) -> bool:
        return self.event.moved_from_location not in (None, self.appointments[0].location)

    @property
    def former_location(self) -> Location:
        """Of a moved appointment."""
        return self.locations[self.event.moved_from_location or self.appointments[0].location]

    @property
    def other_appointments(self) -> list[Appointment]:
        """The course's appointments that the event is not about, if they stand and are still to come."""
        in_event = {appointment.id for appointment in self.appointments}
        return [other for other in self.course if other.id not in in_event and self._is_ahead(other)]

    def number(self, appointment: Appointment) -> int:
        return 1 + [each.id for each in self.course].index(appointment.id)

    def location(self, appointment: Appointment) -> Location:
        return self.locations[appointment.location]

    def local(self, at: datetime, appointment: Appointment) -> datetime:
        """The instant on the clock of the appointment's location."""
        return at.astimezone(ZoneInfo(self.location(appointment).time_zone))

    def deadline(self, appointment: Appointment) -> datetime | None:
        """The last instant to change it online; None if that had passed when the event happened."""
        deadline = self.clinic.policy.change_deadline(appointment.starts_at)
        return self.local(deadline, appointment) if deadline >= self.event.occurred_at else None

    def _is_ahead(self, appointment: Appointment) -> bool:
        is_booked = appointment.status is AppointmentStatus.BOOKED
        return is_booked and appointment.ends_at > self.event.occurred_at


async def mail_context(session: BookingSession, event: Event, *, now: datetime) -> MailContext | None:
    """None if the event is not for the patient, or outdated: what happened since has a mail of its own.

    Also None if all its appointments are over: the mail server was down for that long.
    """
    if event.kind is EventKind.NEEDS_ATTENTION:
        return None  # The clinic calls.
    of_event = await appointments_by_id(session, event.appointments)
    appointments = [appointment for appointment in of_event if _is_current(event, appointment)]
    if all(appointment.ends_at <= now for appointment in appointments):
        return None
    first = appointments[0]
    course = appointments
    if first.course:
        course = (await appointments_by_course(session, [first.course]))[first.course]
    return MailContext(
        event=event,
        clinic=await get_clinic(session),
        patient=await session.get_one(Patient, first.patient),
        appointments=appointments,
        course=course,
        service=(await all_services(session))[first.service],
        practitioners=await all_practitioners(session),
        locations=await all_locations(session),
    )


def _is_current(event: Event, appointment: Appointment) -> bool:
    is_cancelled = appointment.status is AppointmentStatus.CANCELLED
    if event.kind is EventKind.CANCELLED:
        return is_cancelled
    # Of two moves in a row only the last is mailed: the time of the first is not stored any more.
    is_outdated = event.kind is EventKind.MOVED and appointment.changed_at > event.occurred_at
    return not (is_cancelled or is_outdated)
