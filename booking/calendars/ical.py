"""Appointments as an iCalendar file (RFC 5545, 5546), without health data but for the service's own name."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, FreeBusy, vCalAddress

from booking.calendars.visit_text import visit_text
from booking.calendars.vtimezone import calendar_times, time_zone_components
from booking.catalogue.visit_place import place_lines
from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Clinic, Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service

REFRESH_INTERVAL = timedelta(minutes=15)
"""How often a calendar may poll. Many poll far less often, whatever the file says."""
ALARM = timedelta(days=1)
"""How long before a visit the patient's calendar reminds them."""


class Method(StrEnum):
    """What a calendar is to do with the events of a file (RFC 5546)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def calendar_method(appointments: Sequence[Appointment]) -> Method:
    """CANCEL only where all are cancelled: such a file may hold nothing else."""
    return Method.PUBLISH if any(each.stands for each in appointments) else Method.CANCEL


def appointments_ical(
    clinic: Clinic,
    appointments: Sequence[Appointment],
    services: Mapping[str, Service],
    locations: Mapping[str, Location],
    practitioners: Mapping[str, Practitioner],
    *,
    manage_url: str | None,
    language: str,
) -> str:
    """Times in each location's zone, or in UTC where its rule does not tell them.

    An appointment keeps its UID; SEQUENCE rises with each change, so a calendar replaces what it has.
    `manage_url` is secret, and for the patient alone; None where it is not known.
    """
    calendar = _calendar(calendar_method(appointments))
    organizer = _organizer(clinic, language)
    for appointment in appointments:
        service, location = services[appointment.service], locations[appointment.location]
        practitioner = practitioners[appointment.practitioner]
        event = _event_for_patient(clinic, appointment, service, location, practitioner, manage_url, language)
        event.add("organizer", organizer)
        calendar.add_component(event)
    return _serialize(calendar)


def invitation_method(appointment: Appointment) -> Method:
    return Method.REQUEST if appointment.stands else Method.CANCEL


def invitation_ical(
    clinic: Clinic,
    appointment: Appointment,
    service: Service,
    location: Location,
    practitioner: Practitioner,
    *,
    organizer: str,
    attendee: str,
    manage_url: str | None,
    language: str,
) -> str:
    """One appointment, as the organizer asks the attendee to enter or to cancel it: both e-mail addresses.

    The attendee has accepted already, and is asked for no reply: nobody would read it.
    """
    calendar = _calendar(invitation_method(appointment))
    event = _event_for_patient(clinic, appointment, service, location, practitioner, manage_url, language)
    event.add("organizer", _organizer(clinic, language, f"mailto:{organizer}"))
    # Without the name: the visitor typed it, and no mail of ours repeats that.
    invited = vCalAddress(f"mailto:{attendee}")
    invited.params |= {
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }
    event.add("attendee", invited)
    calendar.add_component(event)
    return _serialize(calendar)


def practitioner_ical(
    clinic: Clinic,
    practitioner: Practitioner,
    appointments: Sequence[Appointment],
    away: Collection[tuple[datetime, datetime]],
    services: Mapping[str, Service],
    locations: Mapping[str, Location],
) -> str:
    """A practitioner's appointments, without a word about the patients, and when they are away.

    In the clinic's own language. The same rows make the same text.
    """
    language = clinic.languages[0]
    calendar = _calendar(Method.PUBLISH)
    organizer = _organizer(clinic, language)
    name = f"{practitioner.name}, {in_language(clinic.name, language)}"
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # as calendars named it before RFC 7986
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for appointment in appointments:
        service = in_language(services[appointment.service].name, language)
        summary = f"{service}, {appointment.reference}"
        event = _event(
            appointment, services[appointment.service], locations[appointment.location], summary, language
        )
        event.add("organizer", organizer)
        if appointment.screening_repeated:
            event.add("description", texts_for(language)("feed.screenAgain"))
        calendar.add_component(event)
    for starts_at, ends_at in sorted(away):
        event = Event()
        # By its time: rows of time off are replaced when the clinic's file is loaded.
        event.add("uid", f"{practitioner.slug}-{starts_at:%Y%m%dT%H%M}-{ends_at:%Y%m%dT%H%M}@book-online")
        event.add("dtstamp", starts_at)
        _add_times(event, starts_at, whole_second(ends_at), ZoneInfo(clinic.time_zone))
        event.add("organizer", organizer)
        event.add("summary", texts_for(language)("feed.away"))
        event.add("transp", "OPAQUE")
        calendar.add_component(event)
    return _serialize(calendar)


def free_busy_ical(
    clinic: Clinic,
    practitioner: Practitioner,
    busy: Iterable[tuple[datetime, datetime]],
    *,
    start: datetime,
    end: datetime,
    now: datetime,
) -> str:
    """When a practitioner is busy between `start` and `end`, in UTC and without a word about why.

    `busy` is in order of time, within these two, and none of it touches another.
    """
    calendar = _calendar(Method.PUBLISH)
    times = FreeBusy()
    times.add("uid", f"{practitioner.slug}-free-busy@book-online")
    times.add("dtstamp", now)
    times.add("organizer", _organizer(clinic, clinic.languages[0]))
    times.add("dtstart", start.astimezone(UTC))
    times.add("dtend", end.astimezone(UTC))
    for first, last in busy:
        times.add("freebusy", (first.astimezone(UTC), last.astimezone(UTC)), {"FBTYPE": "BUSY"})
    calendar.add_component(times)
    return _serialize(calendar)


def whole_second(ends_at: datetime) -> datetime:
    """A whole day ends with its last microsecond, and a calendar knows whole seconds only."""
    return (ends_at + timedelta.resolution).replace(microsecond=0)


def visit_ical(
    clinic: Clinic, appointment: Appointment, service: Service, location: Location, *, with_reference: bool
) -> str:
    """One visit as a resource of a CalDAV calendar, without a word about the patient.

    In the clinic's own language. Neither METHOD, which RFC 4791 (4.1) rules out there, nor ORGANIZER, for
    which servers would send invitations. The same row makes the same text.
    """
    language = clinic.languages[0]
    name = in_language(service.name, language)
    calendar = _calendar()
    event = _event(
        appointment,
        service,
        location,
        f"{name}, {appointment.reference}" if with_reference else name,
        language,
    )
    event.add("transp", "OPAQUE")
    calendar.add_component(event)
    return _serialize(calendar)


def _calendar(method: Method | None = None) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Book Online//EN")
    calendar.add("version", "2.0")
    if method is not None:
        calendar.add("method", method)
    return calendar


def _event_for_patient(
    clinic: Clinic,
    appointment: Appointment,
    service: Service,
    location: Location,
    practitioner: Practitioner,
    manage_url: str | None,
    language: str,
) -> Event:
    name = in_language(clinic.name, language)
    summary = f"{in_language(service.name, language)} - {name}"
    event = _event(appointment, service, location, summary, language)
    about = visit_text(
        clinic, appointment, service, location, practitioner, manage_url=manage_url, language=language
    )
    event.add("description", about)
    if manage_url:
        event.add("url", manage_url)
    # Whoever shares a calendar shows that the time is taken, and not by what.
    event.add("class", "PRIVATE")
    if appointment.stands:  # RFC 5546 (3.2.5): a cancellation has no alarm.
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -ALARM)
        alarm.add("description", summary)
        event.add_component(alarm)
    return event


def _event(
    appointment: Appointment, service: Service, location: Location, summary: str, language: str
) -> Event:
    event = Event()
    event.add("uid", f"{appointment.id}@book-online")
    event.add("dtstamp", appointment.changed_at)
    event.add("sequence", appointment.sequence)
    _add_times(event, appointment.starts_at, appointment.ends_at, ZoneInfo(location.time_zone))
    event.add("summary", summary)
    event.add("location", ", ".join(place_lines(service, location, texts_for(language), language)))
    event.add("status", "CONFIRMED" if appointment.stands else "CANCELLED")
    return event


def _add_times(event: Event, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> None:
    start, end = calendar_times(starts_at, ends_at, zone)
    event.add("dtstart", start)
    event.add("dtend", end)


def _organizer(clinic: Clinic, language: str, address: str = "") -> vCalAddress:
    """The clinic, which every method needs: by this address, its own e-mail, or else its phone number."""
    own = f"mailto:{clinic.email}" if clinic.email else f"tel:{clinic.phone}"
    organizer = vCalAddress(address or own)
    # RFC 5545 has no way to write a double quote in a parameter.
    organizer.params["CN"] = in_language(clinic.name, language).replace('"', "'")
    return organizer


def _serialize(calendar: Calendar) -> str:
    events = calendar.events
    times = [time for event in events for time in (event.start, event.end) if isinstance(time, datetime)]
    calendar.subcomponents[:0] = time_zone_components(times)
    return str(calendar.to_ical(), "utf-8")
