"""What a clinic's file may say, but most likely doesn't mean: told by `check`, and no mistake."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from booking.catalogue.clinic_file.hours.overlaps import day_at_both, hours_without_breaks, place_of
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.practitioners import PractitionerSection
from booking.catalogue.clinic_file.model.services import ServiceSection
from booking.i18n.sentences import Sentence, quoted, sentence
from booking.i18n.texts import Texts
from booking.timegrid.ticks import DAY


@dataclass(frozen=True)
class FileWarning:
    """`table` is one of the file's, `slug` names an item if it is a list, `key` is the one inside, if any.

    `item` counts from 1 where the key is a list. `kind` is that of the certificate that it is about.
    """

    table: str
    told: Sentence
    slug: str = ""
    key: str = ""
    item: int | None = None
    kind: str = ""

    @property
    def path(self) -> str:
        """`services[dry-needling].duration`."""
        place = f"{self.table}[{self.slug}]" if self.slug else self.table
        key = f"{self.key}[{self.item}]" if self.item else self.key
        return f"{place}.{key}" if key else place

    def in_words(self, texts: Texts) -> str:
        """The sentence in the language of the texts, without the path."""
        return self.told.in_words(texts)

    def __str__(self) -> str:
        return f"{self.path}: {self.told}"


Warnings = Iterator[FileWarning]


def clinic_file_warnings(file: ClinicFile, *, today: date, languages: Collection[str]) -> list[FileWarning]:
    """`languages` are those that the program has words in."""
    return [
        *_clinic(file, languages),
        *(warning for service in file.services for warning in _service(file, service, today)),
        *_locations(file, today),
        *_resources(file),
        *_practitioners(file, today),
    ]


def _clinic(file: ClinicFile, languages: Collection[str]) -> Warnings:
    for language in file.clinic.languages:
        if language.partition("-")[0] not in {known.partition("-")[0] for known in languages}:
            told = sentence("check.noWords", language=quoted(language), languages=", ".join(languages))
            yield FileWarning("clinic", told, key="languages")
    if file.policy.minimum_notice >= file.policy.horizon:
        yield FileWarning("policy", sentence("check.noticeBeyondHorizon"), key="minimum_notice")
    yield from _reminders(file)
    if file.sms and not (file.reminders and file.reminders.reminder_days):
        yield FileWarning("sms", sentence("check.textsWithoutReminders"))
    yield from _waiting_list(file)


def _reminders(file: ClinicFile) -> Warnings:
    reminders = file.reminders
    if reminders is None:
        return
    if reminders.quiet_hours:
        begins, ends = reminders.quiet_hours
        # On the clock's face, from where the quiet begins.
        if (reminders.reminder_time - begins) % DAY < (ends - begins) % DAY:
            yield FileWarning("reminders", sentence("check.reminderInQuietHours"), key="at")
    if all(days >= file.policy.horizon.days for days in reminders.reminder_days):
        yield FileWarning("reminders", sentence("check.nobodyReminded"), key="days_before")


def _waiting_list(file: ClinicFile) -> Warnings:
    waiting_list, policy = file.waiting_list, file.policy
    if waiting_list is None:
        return
    notice = waiting_list.waiting_list_notice
    if notice is not None and notice > policy.minimum_notice:
        yield FileWarning("waiting_list", sentence("check.offersAfterOthers"), key="minimum_notice")
    notice = policy.minimum_notice if notice is None else notice
    if notice >= policy.horizon:
        yield FileWarning("waiting_list", sentence("check.nothingOffered"), key="minimum_notice")


def _service(file: ClinicFile, service: ServiceSection, today: date) -> Warnings:
    offering = [each for each in file.practitioners if service.slug in each.service_slugs]
    certified = [
        each
        for each in offering
        if service.requires
        in (None, *(held.kind for held in each.certifications if held.valid_until >= today))
    ]
    if offering and not certified:
        told = sentence("check.nobodyCertified", kind=quoted(service.requires))
        yield FileWarning("services", told, service.slug, "requires")
    # Of the visit alone: its buffers may reach over the end of a shift.
    shifts = [
        (each, span)
        for each in certified
        for hours in each.hours
        for spans in hours_without_breaks(hours).values()
        for span in spans
    ]
    shifts += [(each, span) for each in certified for extra in each.extra_hours for span in extra.times]
    has_room = [span.closes - span.opens >= _minutes_with(each, service) for each, span in shifts]
    if has_room and not any(has_room):
        yield FileWarning("services", sentence("check.longerThanShifts"), service.slug, "duration")


def _minutes_with(practitioner: PractitionerSection, service: ServiceSection) -> int:
    offer = next(offer for offer in practitioner.services if offer.service == service.slug)
    return (offer.duration or service.duration) // timedelta(minutes=1)


def _locations(file: ClinicFile, today: date) -> Warnings:
    for location in file.locations:
        for number, closure in enumerate(location.closures, 1):
            if closure.last_day < today:
                told = sentence("check.closureOver", day=str(closure.last_day))
                yield FileWarning("locations", told, location.slug, "closures", number)


def _resources(file: ClinicFile) -> Warnings:
    needed = {kind for service in file.services for kind in service.needs}
    for resource in file.resources:
        if resource.kind not in needed:
            told = sentence("check.notNeeded", kind=quoted(resource.kind))
            yield FileWarning("resources", told, resource.slug, "kind")


def _practitioners(file: ClinicFile, today: date) -> Warnings:
    last_day = today + file.policy.horizon
    needed = {service.requires for service in file.services if service.requires}
    for practitioner in file.practitioners:
        slug = practitioner.slug
        yield from _hours(practitioner, today, last_day)
        yield from _ways(file, practitioner)
        if not practitioner.services:
            yield FileWarning("practitioners", sentence("check.nobodyBooks"), slug, "services")
        for held in practitioner.certifications:
            if held.kind in needed and held.valid_until < last_day:
                key = "check.certificateExpired" if held.valid_until < today else "check.certificateExpires"
                told = sentence(key, kind=quoted(held.kind), day=str(held.valid_until))
                yield FileWarning("practitioners", told, slug, "certifications", kind=held.kind)


def _hours(practitioner: PractitionerSection, today: date, last_day: date) -> Warnings:
    slug = practitioner.slug
    worked = [hours for hours in practitioner.hours if any(hours.week.values())]
    if not worked and not practitioner.extra_hours:
        yield FileWarning("practitioners", sentence("check.nobodyBooks"), slug, "hours")
    for number, hours in enumerate(practitioner.hours, 1):
        if hours.last_day and hours.last_day < today:
            told = sentence("check.hoursOver", day=str(hours.last_day))
            yield FileWarning("practitioners", told, slug, "hours", number)
    end = max((hours.last_day or date.max for hours in worked), default=date.max)
    if end < last_day:
        key = "check.hoursEnded" if end < today else "check.hoursEnd"
        yield FileWarning("practitioners", sentence(key, day=str(end)), slug, "hours")


def _ways(file: ClinicFile, practitioner: PractitionerSection) -> Warnings:
    minutes = int(file.policy.travel_time / timedelta(minutes=1))
    for hours, other in combinations(practitioner.hours, 2) if minutes else ():
        if (day := day_at_both(file, hours, other, minutes)) is not None:
            told = sentence(
                "check.wayTooShort",
                day=day,
                minutes=minutes,
                place=quoted(place_of(file, hours)),
                other=quoted(place_of(file, other)),
            )
            yield FileWarning("practitioners", told, practitioner.slug, "hours")
