"""What a clinic's file says, made of the catalogue's rows: the way back from `mapping.py`."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from booking.catalogue.clinic_file.export.time_off import recurring_time_off, time_off_sections
from booking.catalogue.clinic_file.export.weeks import (
    day_hours_by_owner,
    extra_hours,
    in_order_of_days,
    special_hours,
    weeks_by_owner,
)
from booking.catalogue.clinic_file.images.image_header import MediaType
from booking.catalogue.clinic_file.images.logo import Logo
from booking.catalogue.clinic_file.images.photo import Photo
from booking.catalogue.clinic_file.mapping import NO_REMINDERS, ClinicRows, Row
from booking.catalogue.clinic_file.model.clinic import (
    BusyCalendarsSection,
    ClinicSection,
    ConsentSection,
    DeskSection,
    PolicySection,
    RetentionSection,
)
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.locations import ClosureSection, LocationSection
from booking.catalogue.clinic_file.model.messages import (
    MailsSection,
    RemindersSection,
    SmsSection,
    WaitingListSection,
)
from booking.catalogue.clinic_file.model.offers import OfferSection
from booking.catalogue.clinic_file.model.practitioners import (
    CertificationSection,
    PractitionerSection,
    WorkingHoursSection,
)
from booking.catalogue.clinic_file.model.resources import ResourceSection
from booking.catalogue.clinic_file.model.section import Section
from booking.catalogue.clinic_file.model.services import ScreeningSection, ServiceSection
from booking.domain.policy import WhenUnreachable
from booking.storage.models.catalogue.clinic import Location, MailLogo
from booking.storage.models.catalogue.hours import Closure, DayHours, OpeningHours, RecurringTimeOff, TimeOff
from booking.storage.models.catalogue.practitioners import Certification, Practitioner, PractitionerPhoto
from booking.storage.models.catalogue.services import (
    ScreeningQuestion,
    Service,
    ServiceOffer,
    ServiceScreening,
)
from booking.storage.models.ticks import Resource
from booking.timegrid.recurring_days import EVERY_DAY

S = TypeVar("S", bound=Section)
Content = dict[str, Any]
"""Tables, lists and values as TOML has them."""
NOT_STORED = {"features", "revision"}
"""Keys that the file alone has."""


@dataclass(frozen=True)
class FileContent:
    """`shortest` leaves out what a file need not say, `explicit` says all: both are loaded as the same."""

    shortest: Content
    explicit: Content

    @property
    def revision(self) -> str:
        """Of the catalogue: the same as long as a file would say the same of it, on any database."""
        text = json.dumps(self.shortest, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_content(rows: ClinicRows) -> FileContent:
    shortest = clinic_file_of(rows, is_explicit=False).model_dump(
        by_alias=True, exclude=NOT_STORED, exclude_defaults=True
    )
    explicit = clinic_file_of(rows, is_explicit=True).model_dump(by_alias=True, exclude=NOT_STORED)
    return FileContent(shortest, _without_none(explicit))


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list) else value


def clinic_file_of(rows: ClinicRows, *, is_explicit: bool) -> ClinicFile:
    """The file, not checked; where a value follows from others, it is left out unless `is_explicit`."""
    languages = rows.clinic["languages"]
    clinic, parts = _in_languages(rows.clinic, languages), _Parts(rows)
    zone, only = clinic["time_zone"], len(rows.named[Location]) == 1
    quiet_hours = _quiet_hours(clinic["quiet_from"], clinic["quiet_until"])
    reminders = _section(
        RemindersSection,
        clinic,
        reminder_days=clinic["reminder_days"] or [],
        quiet_hours=quiet_hours,
    )
    waiting_list = _section(
        WaitingListSection,
        clinic,
        waiting_list_quiet_hours=_quiet_hours(
            clinic["waiting_list_quiet_from"], clinic["waiting_list_quiet_until"]
        ),
    )
    when_unreachable = WhenUnreachable.CLOSED if clinic["busy_closes_unreachable"] else WhenUnreachable.OPEN
    texts = dict.fromkeys(MailsSection.model_fields) | _in_languages(clinic["mail_texts"] or {}, languages)
    consent = {
        "version": clinic["consent_version"],
        "text": _in_languages({row["language"]: row["text"] for row in rows.consent_texts}, languages),
    }
    file = ClinicFile.model_construct(
        clinic=_section(ClinicSection, clinic, phone=clinic["phone_shown"]),
        policy=_section(PolicySection, clinic),
        consent=_section(ConsentSection, consent) if consent["version"] else None,
        retention=_section(RetentionSection, clinic),
        desk=_section(DeskSection, clinic),
        busy_calendars=_section(BusyCalendarsSection, clinic, when_unreachable=when_unreachable),
        mails=_section(MailsSection, texts, logo=stored_logo(rows)),
        reminders=None if reminders == NO_REMINDERS else reminders,
        sms=_section(SmsSection, clinic) if clinic["sms_most_a_day"] else None,
        waiting_list=waiting_list if clinic["waiting_list_offer"] else None,
        locations=[
            _section(
                LocationSection,
                row,
                time_zone=row["time_zone"] if is_explicit or row["time_zone"] != zone else None,
                hours=parts.weeks[row["slug"], None].get(EVERY_DAY, {}),
                special_hours=special_hours(parts.day_hours[row["slug"], None]),
                closures=parts.closures[row["slug"]],
            )
            for row in parts.named[Location]
        ],
        resources=[
            _section(ResourceSection, row, location=None if only and not is_explicit else row["location"])
            for row in parts.named[Resource]
        ],
        screening=[
            _section(
                ScreeningSection,
                row,
                if_unsure=row["if_unsure"] if is_explicit or row["if_unsure"] != row["if_yes"] else None,
            )
            for row in parts.named[ScreeningQuestion]
        ],
        services=[
            _section(ServiceSection, row, needs=row["needs"] or [], screening=parts.screening[row["slug"]])
            for row in parts.named[Service]
        ],
        practitioners=[
            _section(
                PractitionerSection,
                row,
                services=parts.offers[row["slug"]],
                certifications=parts.certifications[row["slug"]],
                hours=[
                    _section(
                        WorkingHoursSection,
                        {"first_day": days.first, "last_day": days.last, "weeks": days.weeks},
                        location=None if only and not is_explicit else place["slug"],
                        week=week,
                        breaks={},
                    )
                    for place in rows.named[Location]
                    for days, week in in_order_of_days(parts.weeks[place["slug"], row["slug"]])
                ],
                extra_hours=[
                    extra
                    for place in rows.named[Location]
                    for extra in extra_hours(
                        parts.day_hours[place["slug"], row["slug"]],
                        location=None if only and not is_explicit else place["slug"],
                    )
                ],
                time_off=[],
                photo=parts.photos.get(row["slug"]),
            )
            for row in parts.named[Practitioner]
        ],
    )
    time_off = {
        each.slug: time_off_sections(file, each, parts.time_off[each.slug]) for each in file.practitioners
    }
    return file.model_copy(
        update={
            "practitioners": [
                each.model_copy(update={"time_off": time_off[each.slug] + parts.recurring[each.slug]})
                for each in file.practitioners
            ]
        }
    )


def stored_logo(rows: ClinicRows) -> Logo | None:
    for row in rows.parts[MailLogo]:
        return Logo(MediaType(row["media_type"]), row["width"], row["height"], row["content"])
    return None


def stored_photos(rows: ClinicRows) -> Mapping[str, Photo]:
    """By the practitioner's slug."""
    pictures: dict[str, dict[int, bytes]] = defaultdict(dict)
    for row in rows.parts[PractitionerPhoto]:
        pictures[row["practitioner"]][row["size"]] = row["content"]
    return {slug: Photo(by_size) for slug, by_size in pictures.items()}


class _Parts:
    """The rows, by what they are parts of."""

    def __init__(self, rows: ClinicRows) -> None:
        languages = rows.clinic["languages"]
        self.named = {
            table: [_in_languages(row, languages) for row in named] for table, named in rows.named.items()
        }
        positions = {row["slug"]: number for number, row in enumerate(rows.named[Service])}
        self.weeks = weeks_by_owner(rows.parts[OpeningHours])
        self.day_hours = day_hours_by_owner(rows.parts[DayHours])
        self.closures: dict[str, list[ClosureSection]] = defaultdict(list)
        for row in sorted(rows.parts[Closure], key=_by_days):
            self.closures[row["location"]].append(_section(ClosureSection, _in_languages(row, languages)))
        self.certifications: dict[str, list[CertificationSection]] = defaultdict(list)
        for row in sorted(rows.parts[Certification], key=lambda row: row["kind"]):
            self.certifications[row["practitioner"]].append(_section(CertificationSection, row))
        self.time_off: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(rows.parts[TimeOff], key=lambda row: (row["starts_at"], row["ends_at"])):
            self.time_off[row["practitioner"]].append(row)
        self.recurring = recurring_time_off(rows.parts[RecurringTimeOff])
        self.offers: dict[str, list[OfferSection]] = defaultdict(list)
        for row in sorted(rows.parts[ServiceOffer], key=lambda row: positions[row["service"]]):
            self.offers[row["practitioner"]].append(_section(OfferSection, row))
        self.photos = stored_photos(rows)
        self.screening: dict[str, list[str]] = defaultdict(list)
        for row in sorted(rows.parts[ServiceScreening], key=lambda row: row["position"]):
            self.screening[row["service"]].append(row["question"])


def _by_days(closure: Row) -> tuple[Any, ...]:
    return closure["first_day"], closure["last_day"], json.dumps(closure["reason"], sort_keys=True)


def _section(kind: type[S], row: Row, **others: Any) -> S:
    """The section whose fields are the columns of their names, or `others`."""
    fields = {}
    for name, field in kind.model_fields.items():
        value = others[name] if name in others else row[name]
        item = next((each for each in get_args(field.annotation) if _is_section(each)), None)
        if item and name not in others:
            value = [_section(item, each) for each in value or []]
        fields[field.alias or name] = value
    return kind.model_construct(**fields)


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def _in_languages(value: Any, languages: Sequence[str]) -> Any:
    """The value with its texts in the order of the clinic's languages."""
    if isinstance(value, dict):
        order = {language: place for place, language in enumerate(languages)}
        return {
            key: _in_languages(inner, languages)
            for key, inner in sorted(value.items(), key=lambda item: order.get(item[0], 0))
        }
    return [_in_languages(inner, languages) for inner in value] if isinstance(value, list) else value


def _quiet_hours(begins: Any, ends: Any) -> Any:
    return None if begins == ends else (begins, ends)
