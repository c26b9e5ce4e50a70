"""MailContext: the rows that a mail about an event is written from."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations, all_practitioners, all_services, mail_logo
from booking.domain.events import CHANGE_EVENTS, STATUS_EVENTS, Event, EventKind
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Clinic, Location, MailLogo
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service
from booking.storage.models.desk.offered_times import OfferedTime
from booking.storage.queries.appointments import appointments_by_course, appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.offered_times import offered_times_of
from booking.storage.queries.reminders import reminded_appointments
from booking.storage.session import BookingSession

NEVER_MAILED = (*STATUS_EVENTS, *CHANGE_EVENTS, EventKind.CONFIRMED)
"""The patient was there, or knows best; or no patient is meant."""


@dataclass(frozen=True)
class MailContext:
    """`appointments` are those of the event as they stand now, never none; `course` is all booked as one.

    Both in the order of their times. A single appointment is a course of one. `offered` are other times, by
    appointment, that the clinic has offered for visits that can't take place.
    """

    event: Event
    clinic: Clinic
    patient: PatientContact
    appointments: Sequence[Appointment]
    course: Sequence[Appointment]
    services: Mapping[str, Service]
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]
    offered: Mapping[uuid.UUID, Sequence[OfferedTime]]
    logo: MailLogo | None

    @property
    def service(self) -> Service:
        """Of the first appointment; of all but those that a reminder is about."""
        return self.services[self.appointments[0].service]

    @property
    def has_new_time(self) -> bool:
        """False where the appointment moved to another practitioner at the same time."""
        first, told = self.appointments[0], self.event.moved_from_local
        if told is not None:
            # The rules of the zone have changed: the patient knows times on the wall, not instants.
            return told.replace(tzinfo=None) != self.local(first.starts_at, first).replace(tzinfo=None)
        return self.event.moved_from not in (None, first.starts_at)

    @property
    def has_new_location(self) -> bool:
        return self.event.moved_from_location not in (None, self.appointments[0].location)

    @property
    def former_start(self) -> datetime | None:
        """Of a moved appointment, on the clock of its former location."""
        before = self.event.moved_from_local or self.event.moved_from
        if before is None or before == self.event.moved_from_local:
            return before
        return before.astimezone(ZoneInfo(self.former_location.time_zone))

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
        deadline = appointment.change_deadline(self.clinic.policy)
        return self.local(deadline, appointment) if deadline >= self.event.occurred_at else None

    def cancellation_deadline(self, appointment: Appointment) -> datetime | None:
        """The last instant to cancel it online; None if that had passed when the event happened."""
        deadline = appointment.cancellation_deadline(self.clinic.policy)
        return self.local(deadline, appointment) if deadline > self.event.occurred_at else None

    @property
    def is_booked_again(self) -> bool:
        """Whether a cancellation was undone: that set the status, which the first booking did not."""
        is_undone = self.appointments[0].status_changed_at == self.event.occurred_at
        return self.event.kind is EventKind.BOOKED and is_undone

    def _is_ahead(self, appointment: Appointment) -> bool:
        return appointment.stands and appointment.ends_at > self.event.occurred_at


async def mail_context(session: BookingSession, event: Event, *, now: datetime) -> MailContext | None:
    """None if the event is not for the patient, or outdated: what happened since has a mail of its own.

    Also None once the patient is erased, and for one who has given no address on the phone.

    Also None if all its appointments are over: the mail server was down for that long.
    """
    if event.kind in NEVER_MAILED:
        return None
    if event.kind is EventKind.REMINDER_DUE:
        return await _reminder_context(session, event, now=now)
    offered: dict[uuid.UUID, list[OfferedTime]] = {}
    if event.kind is EventKind.NEEDS_ATTENTION:
        offered = await offered_times_of(session, event.id)
    of_event = await appointments_by_id(session, event.appointments)
    appointments = [appointment for appointment in of_event if _is_current(event, appointment)]
    if event.kind is EventKind.NEEDS_ATTENTION:
        # The clinic calls, unless it has offered other times.
        appointments = [row for row in appointments if row.impossible_since and row.id in offered]
    if all(appointment.ends_at <= now for appointment in appointments):
        return None
    course, first = appointments, appointments[0]
    if first.course:
        course = (await appointments_by_course(session, [first.course]))[first.course]
    return await _context(session, event, appointments, course, offered)


async def _reminder_context(session: BookingSession, event: Event, *, now: datetime) -> MailContext | None:
    """Of the visits that are as they were when the reminder was taken, and have not begun."""
    ahead = [row for row in await reminded_appointments(session, event.id) if row.starts_at > now]
    return await _context(session, event, ahead, ahead, {}) if ahead else None


async def _context(
    session: BookingSession,
    event: Event,
    appointments: Sequence[Appointment],
    course: Sequence[Appointment],
    offered: Mapping[uuid.UUID, Sequence[OfferedTime]],
) -> MailContext | None:
    first = appointments[0]
    patient = (await contacts_by_id(session, [first.patient])).get(first.patient)
    if patient is None or not patient.email:
        return None
    return MailContext(
        event=event,
        clinic=await get_clinic(session),
        patient=patient,
        appointments=appointments,
        course=course,
        services=await all_services(session),
        practitioners=await all_practitioners(session),
        locations=await all_locations(session),
        offered=offered,
        logo=await mail_logo(session),
    )


def _is_current(event: Event, appointment: Appointment) -> bool:
    if event.kind is EventKind.CANCELLED:
        return not appointment.stands
    # Of two moves in a row only the last is mailed: the time of the first is not stored any more.
    is_changed = appointment.changed_at > event.occurred_at
    is_outdated = is_changed and appointment.changed_at != appointment.status_changed_at
    return appointment.stands and not (event.kind is EventKind.MOVED and is_outdated)
