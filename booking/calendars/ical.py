"""Appointments as an iCalendar file (RFC 5545), without health data but for the service's own name."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.catalogue import Clinic, Location, Practitioner, Service, TimeOff

YEAR = timedelta(days=366)
REFRESH_INTERVAL = timedelta(minutes=15)
"""How often a calendar may poll. Many poll far less often, whatever the file says."""


def appointments_ical(
    clinic: Clinic,
    appointments: Sequence[Appointment],
    services: Mapping[str, Service],
    locations: Mapping[str, Location],
    *,
    language: str,
) -> str:
    """Times in each location's zone, its rules of daylight saving included.

    An appointment keeps its UID; SEQUENCE rises with each change, so a calendar replaces what it has.
    """
    calendar = _calendar()
    name = in_language(clinic.name, language)
    for appointment in appointments:
        service = in_language(services[appointment.service].name, language)
        event = _event(appointment, locations[appointment.location], f"{service} - {name}", language)
        event.add("description", f"{name}, {clinic.phone_shown}\n{appointment.reference}")
        calendar.add_component(event)
    return _serialize(calendar)


def practitioner_ical(
    clinic: Clinic,
    practitioner: Practitioner,
    appointments: Sequence[Appointment],
    time_off: Sequence[TimeOff],
    services: Mapping[str, Service],
    locations: Mapping[str, Location],
) -> str:
    """A practitioner's appointments, without a word about the patients, and their time off.

    In the clinic's own language. The same rows make the same text.
    """
    language = clinic.languages[0]
    calendar = _calendar()
    name = f"{practitioner.name}, {in_language(clinic.name, language)}"
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # as calendars named it before RFC 7986
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for appointment in appointments:
        service = in_language(services[appointment.service].name, language)
        summary = f"{service}, {appointment.reference}"
        calendar.add_component(_event(appointment, locations[appointment.location], summary, language))
    for starts_at, ends_at in sorted({(row.starts_at, row.ends_at) for row in time_off}):
        zone = ZoneInfo(clinic.time_zone)
        event = Event()
        # Time off has no lasting id: its rows are replaced when the clinic's file is loaded.
        event.add("uid", f"{practitioner.slug}-{starts_at:%Y%m%dT%H%M}-{ends_at:%Y%m%dT%H%M}@book-online")
        event.add("dtstamp", starts_at)
        event.add("dtstart", starts_at.astimezone(zone))
        # A whole day ends with its last microsecond, and a calendar knows whole seconds only.
        event.add("dtend", (ends_at + timedelta.resolution).astimezone(zone).replace(microsecond=0))
        event.add("summary", texts_for(language)("feed.away"))
        event.add("transp", "OPAQUE")
        calendar.add_component(event)
    return _serialize(calendar)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Book Online//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def _event(appointment: Appointment, location: Location, summary: str, language: str) -> Event:
    zone = ZoneInfo(location.time_zone)
    event = Event()
    event.add("uid", f"{appointment.id}@book-online")
    event.add("dtstamp", appointment.changed_at)
    event.add("sequence", appointment.sequence)
    event.add("dtstart", appointment.starts_at.astimezone(zone))
    event.add("dtend", appointment.ends_at.astimezone(zone))
    event.add("summary", summary)
    event.add("location", ", ".join([in_language(location.name, language), *location.address]))
    cancelled = appointment.status is AppointmentStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event


def _serialize(calendar: Calendar) -> str:
    days = [date.fromordinal(event.start.toordinal()) for event in calendar.events]
    if days:
        # With the zone's rules of the years around only, so that a file stays small.
        calendar.add_missing_timezones(min(days) - YEAR, max(days) + YEAR)
    return str(calendar.to_ical(), "utf-8")
