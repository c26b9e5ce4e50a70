"""Sample visits: plainly invented, a week or two ahead, and never written to a database."""

import uuid
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.domain.events import Event, EventKind
from booking.notifications.context import MailContext
from booking.notifications.samples.catalogue import SampleCatalogue
from booking.patients.contacts import PatientContact
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.catalogue.services import Service
from booking.storage.models.desk.offered_times import OfferedTime
from booking.timegrid.ticks import DAY

NAME, EMAIL, PHONE = "Sample Patient", "patient@example.com", "+14165550123"
TUESDAY = 1
TEN = time(10)
WEEK = timedelta(weeks=1)
COURSE = uuid.UUID("00000000-0000-4000-8000-0000000000c0")


def sample_patient(email: str, language: str) -> PatientContact:
    return PatientContact(NAME, email, PHONE, COURSE, language)


def sample_visits(
    catalogue: SampleCatalogue, service: Service, *, now: datetime, status: AppointmentStatus
) -> list[Appointment]:
    """As many as the service has, a week apart, on Tuesdays at ten, the first at least a week ahead."""
    location = catalogue.first_location()
    zone = ZoneInfo(location.time_zone)
    today = now.astimezone(zone).date()
    first = today + WEEK + DAY * ((TUESDAY - today.weekday()) % 7)
    return [
        Appointment(
            id=uuid.UUID(int=COURSE.int + number),
            reference=f"SAMPLE-{number}",
            status=status,
            service=service.slug,
            practitioner=catalogue.offers[service.slug][0],
            location=location.slug,
            starts_at=(start := datetime.combine(first + WEEK * (number - 1), TEN, zone)),
            ends_at=start + service.duration,
            course=COURSE if service.visits > 1 else None,
            patient=COURSE,
            changed_at=now,
            sequence=0,
        )
        for number in range(1, service.visits + 1)
    ]


def sample_context(
    catalogue: SampleCatalogue,
    kind: EventKind,
    service: Service,
    *,
    event: uuid.UUID,
    email: str,
    language: str,
    now: datetime,
) -> MailContext:
    """What a mail about the event is written from: all visits of a course, or the only one."""
    status = AppointmentStatus.CANCELLED if kind is EventKind.CANCELLED else AppointmentStatus.BOOKED
    course = sample_visits(catalogue, service, now=now, status=status)
    first = course[0]
    visits = course if kind is EventKind.BOOKED else [first]
    happened = Event(event, kind, tuple(visit.id for visit in visits), now)
    offered: dict[uuid.UUID, list[OfferedTime]] = {}
    match kind:
        case EventKind.MOVED:
            happened = replace(happened, moved_from=first.starts_at - DAY, moved_from_location=first.location)
            first.sequence = 1
        case EventKind.CANCELLED:
            first.sequence = 1
        case EventKind.NEEDS_ATTENTION:
            first.impossible_since = now
            offered = {first.id: _other_times(catalogue, first)}
    return MailContext(
        event=happened,
        clinic=catalogue.clinic,
        patient=sample_patient(email, language),
        appointments=visits,
        course=course,
        services=catalogue.services,
        practitioners=catalogue.practitioners,
        locations=catalogue.locations,
        offered=offered,
        logo=catalogue.logo,
    )


def _other_times(catalogue: SampleCatalogue, visit: Appointment) -> list[OfferedTime]:
    """One on each of the next days; the last with another practitioner, where there is one."""
    practitioners = catalogue.offers[visit.service]
    length = visit.ends_at - visit.starts_at
    return [
        OfferedTime(
            appointment=visit.id,
            starts_at=visit.starts_at + DAY * days,
            ends_at=visit.starts_at + DAY * days + length,
            practitioner=practitioners[-1] if days == 3 else visit.practitioner,
            location=visit.location,
        )
        for days in (1, 2, 3)
    ]
