"""Visits as an iCalendar file (RFC 5545). No word of health in it but the service's own name."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from booking.storage.columns import in_language
from booking.storage.tables import Appointment, AppointmentStatus, Clinic, Location, Service

YEAR = timedelta(days=366)


def calendar_file(
    clinic: Clinic,
    visits: Sequence[Appointment],
    services: Mapping[str, Service],
    locations: Mapping[str, Location],
    *,
    language: str,
) -> str:
    """Times in each location's zone, its rules of daylight saving included.

    A visit keeps its UID; SEQUENCE rises with each change, so a calendar replaces what it has.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Book Online//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for visit in visits:
        calendar.add_component(
            _event(clinic, visit, services[visit.service], locations[visit.location], language)
        )
    # The rules of the years around, so that a file stays small.
    days = [visit.starts_at.date() for visit in visits]
    calendar.add_missing_timezones(min(days) - YEAR, max(days) + YEAR)
    return str(calendar.to_ical(), "utf-8")


def _event(clinic: Clinic, visit: Appointment, service: Service, location: Location, language: str) -> Event:
    zone = ZoneInfo(location.time_zone)
    name = in_language(clinic.name, language)
    event = Event()
    event.add("uid", f"{visit.id}@book-online")
    event.add("dtstamp", visit.changed_at)
    event.add("sequence", visit.sequence)
    event.add("dtstart", visit.starts_at.astimezone(zone))
    event.add("dtend", visit.ends_at.astimezone(zone))
    event.add("summary", f"{in_language(service.name, language)} - {name}")
    event.add("location", ", ".join([in_language(location.name, language), *location.address]))
    event.add("description", f"{name}, {clinic.phone_shown}\n{visit.reference}")
    cancelled = visit.status is AppointmentStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event
