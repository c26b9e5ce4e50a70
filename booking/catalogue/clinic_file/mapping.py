"""The rows that a clinic's file asks for: a field of a section goes into the column of its name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from booking.catalogue.clinic_file.fields import TranslatedText, e164
from booking.catalogue.clinic_file.hours.overlaps import hours_without_breaks, place_of
from booking.catalogue.clinic_file.hours.time_off import recurring_time
from booking.catalogue.clinic_file.hours.weeks import Week
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.locations import SpecialHoursSection
from booking.catalogue.clinic_file.model.messages import RemindersSection, WaitingListSection
from booking.catalogue.clinic_file.model.practitioners import ExtraHoursSection, TimeOffSection
from booking.catalogue.clinic_file.validation import time_off_instants, zones_of_practitioner
from booking.domain.policy import WhenUnreachable
from booking.storage.base import Table, core_table
from booking.storage.models.catalogue.clinic import Clinic, ConsentText, Location, MailLogo
from booking.storage.models.catalogue.hours import Closure, DayHours, OpeningHours, RecurringTimeOff, TimeOff
from booking.storage.models.catalogue.practitioners import Certification, Practitioner, PractitionerPhoto
from booking.storage.models.catalogue.services import (
    ScreeningQuestion,
    Service,
    ServiceOffer,
    ServiceScreening,
)
from booking.storage.models.ticks import Resource
from booking.timegrid.recurring_days import EVERY_DAY, RecurringDays

NO_WAITING_LIST = WaitingListSection.model_validate({"quiet_hours": False})
NO_REMINDERS = RemindersSection.model_validate({"days_before": [], "quiet_hours": False})
Row = dict[str, Any]


class MissingColumn(Exception):
    """A field of the file's model would be lost: its table has no column of that name."""


@dataclass(frozen=True)
class ClinicRows:
    """`named` rows have slugs and stay for ever; `parts` are replaced when they change.

    A row of `consent_texts` is added once, and never changes: patients have agreed to it.
    """

    clinic: Row
    consent_texts: list[Row]
    named: dict[type[Table], list[Row]]
    parts: dict[type[Table], list[Row]]


def rows_of_clinic_file(file: ClinicFile) -> ClinicRows:
    """The rows of a file that was validated.

    Raises:
        MissingColumn: a field of the model has no column.
    """
    return ClinicRows(
        clinic=_clinic(file),
        consent_texts=list(_consent_texts(file)),
        named={
            Location: [
                row | {"time_zone": row["time_zone"] or file.clinic.time_zone}
                for row in _listed(Location, file.locations, file, "hours", "special_hours", "closures")
            ],
            ScreeningQuestion: [
                row | {"if_unsure": row["if_unsure"] or row["if_yes"]}
                for row in _listed(ScreeningQuestion, file.screening, file)
            ],
            Service: [
                row | {"needs": row["needs"] or None}
                for row in _listed(Service, file.services, file, "screening")
            ],
            Resource: [
                row | {"location": row["location"] or file.locations[0].slug}
                for row in _listed(Resource, file.resources, file)
            ],
            Practitioner: _listed(
                Practitioner,
                file.practitioners,
                file,
                "services",
                "certifications",
                "hours",
                "extra_hours",
                "time_off",
                "photo",
            ),
        },
        parts={
            OpeningHours: list(_opening_hours(file)),
            DayHours: list(_day_hours(file)),
            Closure: [
                _row(Closure, closure, file) | {"location": location.slug}
                for location in file.locations
                for closure in location.closures
            ],
            Certification: [
                _row(Certification, certification, file) | {"practitioner": practitioner.slug}
                for practitioner in file.practitioners
                for certification in practitioner.certifications
            ],
            TimeOff: list(_time_off(file)),
            RecurringTimeOff: list(_recurring_time_off(file)),
            MailLogo: [asdict(file.mails.logo)] if file.mails.logo else [],
            PractitionerPhoto: [
                {
                    "practitioner": practitioner.slug,
                    "size": size,
                    "version": practitioner.photo.version,
                    "content": content,
                }
                for practitioner in file.practitioners
                if practitioner.photo
                for size, content in practitioner.photo.pictures.items()
            ],
            ServiceOffer: [
                _row(ServiceOffer, offer, file) | {"practitioner": practitioner.slug}
                for practitioner in file.practitioners
                for offer in practitioner.services
            ],
            ServiceScreening: [
                {"service": service.slug, "question": question, "position": position}
                for service in file.services
                for position, question in enumerate(service.screening)
            ],
        },
    )


def _row(table: type[Table], section: BaseModel, file: ClinicFile, *elsewhere: str) -> Row:
    """The section's fields, but for those that are stored `elsewhere`.

    Raises:
        MissingColumn: a field would be lost.
    """
    languages = file.clinic.languages
    row = {name: _stored(value, languages) for name, value in section if name not in elsewhere}
    if lost := row.keys() - core_table(table).columns.keys():
        raise MissingColumn(f"{table.__name__} has no column for {', '.join(sorted(lost))}")
    return row


def _listed(
    table: type[Table], sections: Iterable[BaseModel], file: ClinicFile, *elsewhere: str
) -> list[Row]:
    return [
        _row(table, section, file, *elsewhere) | {"position": position, "listed": True}
        for position, section in enumerate(sections)
    ]


def _stored(value: Any, languages: Sequence[str]) -> Any:
    if isinstance(value, TranslatedText):
        return dict.fromkeys(languages, value[""]) if "" in value else dict(value)
    if isinstance(value, BaseModel):
        return {name: _stored(field, languages) for name, field in value}
    if isinstance(value, list):
        return [_stored(item, languages) for item in value]
    return value


def _clinic(file: ClinicFile) -> Row:
    clinic, reminders = file.clinic, file.reminders or NO_REMINDERS
    waiting_list = file.waiting_list or NO_WAITING_LIST
    quiet_from, quiet_until = reminders.quiet_hours or (timedelta(0), timedelta(0))
    unasked_from, unasked_until = waiting_list.waiting_list_quiet_hours or (timedelta(0), timedelta(0))
    return (
        _row(Clinic, clinic, file)
        | _row(Clinic, file.policy, file)
        | _row(Clinic, file.retention, file)
        | _row(Clinic, file.desk, file)
        | _row(Clinic, file.busy_calendars, file, "when_unreachable")
        | _row(Clinic, reminders, file, "quiet_hours")
        | _row(Clinic, waiting_list, file, "waiting_list_quiet_hours")
        | {
            "busy_closes_unreachable": file.busy_calendars.when_unreachable is WhenUnreachable.CLOSED,
            "waiting_list_offer": waiting_list.waiting_list_offer if file.waiting_list else None,
            "waiting_list_quiet_from": unasked_from,
            "waiting_list_quiet_until": unasked_until,
            "reminder_days": sorted(set(reminders.reminder_days), reverse=True) or None,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "phone": e164(clinic.phone, clinic.country),
            "phone_shown": clinic.phone,
            "website": str(clinic.website) if clinic.website else None,
            "sms_most_a_day": file.sms and file.sms.sms_most_a_day,
            "sms_names_service": bool(file.sms and file.sms.sms_names_service),
            "mail_texts": _mail_texts(file) or None,
            "consent_version": file.consent.version if file.consent else None,
        }
    )


def _mail_texts(file: ClinicFile) -> Row:
    languages = file.clinic.languages
    return {kind: _stored(text, languages) for kind, text in file.mails if isinstance(text, TranslatedText)}


def _consent_texts(file: ClinicFile) -> Iterator[Row]:
    if file.consent is not None:
        row = _row(ConsentText, file.consent, file)
        for language, text in row["text"].items():
            yield row | {"language": language, "text": text.strip()}


def _opening_hours(file: ClinicFile) -> Iterator[Row]:
    weeks: list[tuple[str, str | None, Week, RecurringDays]] = [
        (location.slug, None, location.hours, EVERY_DAY) for location in file.locations
    ]
    weeks += [
        (place_of(file, hours), practitioner.slug, hours_without_breaks(hours), hours.days)
        for practitioner in file.practitioners
        for hours in practitioner.hours
    ]
    for location, owner, week, days in weeks:
        valid = {"first_day": days.first, "last_day": days.last, "weeks": days.weeks}
        for weekday, spans in week.items():
            for span in spans:
                row = {"location": location, "practitioner": owner, "weekday": weekday}
                yield row | asdict(span) | valid


def _day_hours(file: ClinicFile) -> Iterator[Row]:
    hours: list[tuple[SpecialHoursSection | ExtraHoursSection, str, str | None]] = [
        (each, location.slug, None) for location in file.locations for each in location.special_hours
    ]
    hours += [
        (each, place_of(file, each), practitioner.slug)
        for practitioner in file.practitioners
        for each in practitioner.extra_hours
    ]
    for each, location, owner in hours:
        for span in each.times:
            yield {"location": location, "practitioner": owner, "day": each.day, **asdict(span)}


def _time_off(file: ClinicFile) -> Iterator[Row]:
    for practitioner in file.practitioners:
        zones = zones_of_practitioner(file, practitioner)
        for time_off in practitioner.time_off:
            if time_off.every is None:
                starts_at, ends_at = time_away(time_off, zones)
                yield {"practitioner": practitioner.slug, "starts_at": starts_at, "ends_at": ends_at}


def _recurring_time_off(file: ClinicFile) -> Iterator[Row]:
    for practitioner in file.practitioners:
        zones = [zone.key for zone in zones_of_practitioner(file, practitioner)]
        for time_off in practitioner.time_off:
            if time_off.every is not None:
                row = {"practitioner": practitioner.slug, "time_zones": zones}
                yield row | asdict(recurring_time(time_off))


def time_away(time_off: TimeOffSection, zones: Sequence[ZoneInfo]) -> tuple[datetime, datetime]:
    """From the first place's midnight to the last one's: nobody is booked on a day off."""
    starts, ends = zip(*(time_off_instants(time_off, zone) for zone in zones))
    return min(starts), max(ends)
