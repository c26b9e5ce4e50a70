"""Visits as an iCalendar file (RFC 5545). No word of health in it but the service's own name."""

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
"""How often a calendar may look for news. Many look far less often, whatever they are told."""


def appointments_ical(
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
    calendar = _calendar()
    name = in_language(clinic.name, language)
    for visit in visits:
        service = in_language(services[visit.service].name, language)
        event = _event(visit, locations[visit.location], f"{service} - {name}", language)
        event.add("description", f"{name}, {clinic.phone_shown}\n{visit.reference}")
        calendar.add_component(event)
    return _serialize(calendar)


def practitioner_ical(
    clinic: Clinic,
    practitioner: Practitioner,
    visits: Sequence[Appointment],
    away: Sequence[TimeOff],
    services: Mapping[str, Service],
    locations: Mapping[str, Location],
) -> str:
    """A practitioner's visits, without a word of who comes, and when they are away.

    In the clinic's own language. The same rows make the same text.
    """
    language = clinic.languages[0]
    calendar = _calendar()
    name = f"{practitioner.name}, {in_language(clinic.name, language)}"
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # as calendars named it before RFC 7986
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for visit in visits:
        service = in_language(services[visit.service].name, language)
        summary = f"{service}, {visit.reference}"
        calendar.add_component(_event(visit, locations[visit.location], summary, language))
    for starts_at, ends_at in sorted({(off.starts_at, off.ends_at) for off in away}):
        zone = ZoneInfo(clinic.time_zone)
        event = Event()
        # Time off has no id that lasts: the clinic's file says it anew each time it is loaded.
        event.add("uid", f"{practitioner.slug}-{starts_at:%Y%m%dT%H%M}-{ends_at:%Y%m%dT%H%M}@book-online")
        event.add("dtstamp", starts_at)
        event.add("dtstart", starts_at.astimezone(zone))
        # A whole day is kept to its last microsecond, and a calendar knows whole seconds only.
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


def _event(visit: Appointment, location: Location, summary: str, language: str) -> Event:
    zone = ZoneInfo(location.time_zone)
    event = Event()
    event.add("uid", f"{visit.id}@book-online")
    event.add("dtstamp", visit.changed_at)
    event.add("sequence", visit.sequence)
    event.add("dtstart", visit.starts_at.astimezone(zone))
    event.add("dtend", visit.ends_at.astimezone(zone))
    event.add("summary", summary)
    event.add("location", ", ".join([in_language(location.name, language), *location.address]))
    cancelled = visit.status is AppointmentStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event


def _serialize(calendar: Calendar) -> str:
    days = [date.fromordinal(event.start.toordinal()) for event in calendar.events]
    if days:
        # The rules of the years around, so that a file stays small.
        calendar.add_missing_timezones(min(days) - YEAR, max(days) + YEAR)
    return str(calendar.to_ical(), "utf-8")
