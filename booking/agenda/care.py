"""What needs an owner's care: odd settings, certificates that end, and visits that can't take place."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.catalogue.clinic_file.export.content import clinic_file_of
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.warnings import FileWarning, clinic_file_warnings
from booking.catalogue.lookup import location_zones
from booking.storage.models.appointments import Appointment
from booking.storage.queries.appointments import certified_visits, impossible_appointments
from booking.storage.session import BookingSession
from booking.timegrid.public_holidays import name_public_holidays
from booking.timegrid.ticks import DAY

HOLIDAYS_AHEAD = 60 * DAY


@dataclass(frozen=True)
class Care:
    """`visits_after` has how many visits are booked after the last day of each certificate that ends, by
    practitioner and kind. `holidays` has the names of those that close a location, by its slug and the day.
    """

    file: ClinicFile
    warnings: Sequence[FileWarning]
    impossible: Sequence[Appointment]
    visits_after: Mapping[tuple[str, str], int]
    holidays: Mapping[str, Mapping[date, str]]


async def read_care(
    session: BookingSession, *, now: datetime, language: str, languages: Collection[str]
) -> Care:
    """Of the clinic as the database has it; `languages` are those that the program has words in.

    The number of statements doesn't grow with the clinic or its visits.

    Raises:
        NotFound: no clinic's file was ever loaded.
    """
    file = clinic_file_of(await present_rows(session), is_explicit=True)
    today = now.astimezone(ZoneInfo(file.clinic.time_zone)).date()
    return Care(
        file,
        clinic_file_warnings(file, today=today, languages=languages),
        await impossible_appointments(session, now),
        await _visits_after(session, file, now),
        _holidays(file, today, language),
    )


async def _visits_after(
    session: BookingSession, file: ClinicFile, now: datetime
) -> Mapping[tuple[str, str], int]:
    last_days = {
        (practitioner.slug, held.kind): held.valid_until
        for practitioner in file.practitioners
        for held in practitioner.certifications
    }
    zones = await location_zones(session)
    visits = await certified_visits(session, {kind for _, kind in last_days}, after=now)
    return Counter(
        (visit.practitioner, visit.kind)
        for visit in visits
        if visit.starts_at.astimezone(zones[visit.location]).date()
        > last_days.get((visit.practitioner, visit.kind), date.max)
    )


def _holidays(file: ClinicFile, today: date, language: str) -> Mapping[str, Mapping[date, str]]:
    """On days of the week on which the location is open."""
    found = {
        location.slug: name_public_holidays(location.public_holidays, today, today + HOLIDAYS_AHEAD, language)
        for location in file.locations
    }
    open_on = {location.slug: location.hours.keys() for location in file.locations}
    return {
        slug: closed
        for slug, named in found.items()
        if (closed := {day: name for day, name in named.items() if day.weekday() in open_on[slug]})
    }
