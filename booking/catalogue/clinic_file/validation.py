"""Validates a clinic's file across its keys: languages of texts, references between sections, times."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from booking.catalogue.clinic_file.fields import TranslatedText, e164
from booking.catalogue.clinic_file.hours.overlaps import day_at_both, hours_without_breaks, place_of
from booking.catalogue.clinic_file.hours.time_off import is_on_wall_clock, recurring_time
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.practitioners import (
    PractitionerSection,
    TimeOffSection,
    WorkingHoursSection,
)
from booking.catalogue.clinic_file.model.services import ServiceSection
from booking.catalogue.clinic_file.spelling import weekday
from booking.domain.policy import AppointmentMode
from booking.i18n.sentences import InvalidValue, Sentence, quoted, sentence
from booking.timegrid.opening_hours import subtract_spans
from booking.timegrid.recurring_days import EVERY_DAY

KeyPath = tuple[int | str, ...]
"""A place in the file: keys and list indexes, outermost first."""
Violation = tuple[KeyPath, Sentence]
"""A place, and a sentence about the mistake there."""
Violations = Iterator[Violation]


def validate_clinic_file(file: ClinicFile) -> list[Violation]:
    return [
        *_clinic(file),
        *_slugs(file),
        *_texts(file, file.clinic.languages),
        *_days_of_locations(file),
        *_resources(file),
        *(violation for i, service in enumerate(file.services) for violation in _service(file, service, i)),
        *(
            violation
            for i, section in enumerate(file.practitioners)
            for violation in _practitioner(file, section, i)
        ),
    ]


def _clinic(file: ClinicFile) -> Violations:
    try:
        e164(file.clinic.phone, file.clinic.country)
    except InvalidValue as reason:
        yield ("clinic", "phone"), reason.sentence
    yield from _repeats(("clinic", "languages"), file.clinic.languages)


def _repeats(path: KeyPath, values: Sequence[str], key: str = "check.namedTwice") -> Violations:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield (*path, index), sentence(key, name=quoted(value))


def _references(
    path: KeyPath, slugs: Sequence[str], known: Collection[str], *, missing: str, twice: str
) -> Violations:
    """`missing` and `twice` are the keys of the sentences about an unknown slug and one that was there."""
    for index, slug in enumerate(slugs):
        if slug not in known:
            yield (*path, index), sentence(missing, name=quoted(slug))
        elif slug in slugs[:index]:
            yield (*path, index), sentence(twice, name=quoted(slug))


def _slugs(file: ClinicFile) -> Violations:
    for key in ("locations", "resources", "screening", "services", "practitioners"):
        slugs = [section.slug for section in getattr(file, key)]
        for path, told in _repeats((key,), slugs, "check.slugTwice"):
            yield (*path, "slug"), told


def _texts(value: object, languages: Sequence[str], *path: int | str) -> Violations:
    """Every text of the model, however deep it stands, is in every language of the clinic."""
    if isinstance(value, TranslatedText):
        if "" not in value:
            for missing in languages:
                if missing not in value:
                    yield path, sentence("check.languages.missing", language=quoted(missing))
            for surplus in value.keys() - set(languages):
                yield path, sentence("check.languages.surplus", language=quoted(surplus))
        elif len(value) > 1:
            yield path, sentence("check.languages.several", languages=", ".join(languages))
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _texts(getattr(value, name), languages, *path, field.alias or name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, languages, *path, index)


def _days_of_locations(file: ClinicFile) -> Violations:
    for i, location in enumerate(file.locations):
        for n, closure in enumerate(location.closures):
            if closure.last_day < closure.first_day:
                yield ("locations", i, "closures", n, "to"), sentence("check.closure.backwards")
        path = ("locations", i, "special_hours")
        for n, special in enumerate(location.special_hours):
            if any(special.day == other.day for other in location.special_hours[:n]):
                yield (*path, n, "date"), sentence("check.dayTwice", day=str(special.day))
            if any(closure.first_day <= special.day <= closure.last_day for closure in location.closures):
                yield (*path, n, "date"), sentence("check.closedOnDay", day=str(special.day))


def _resources(file: ClinicFile) -> Violations:
    known = {location.slug for location in file.locations}
    for i, resource in enumerate(file.resources):
        yield from _place(resource.location, known, ("resources", i, "location"))


def _service(file: ClinicFile, service: ServiceSection, index: int) -> Violations:
    path = ("services", index)
    questions = {question.slug for question in file.screening}
    yield from _references(
        (*path, "screening"),
        service.screening,
        questions,
        missing="check.noQuestion",
        twice="check.askedTwice",
    )
    kinds = {resource.kind for resource in file.resources}
    yield from _references(
        (*path, "needs"), service.needs, kinds, missing="check.noKind", twice="check.namedTwice"
    )
    if (service.price is None) != (service.currency is None):
        yield path, sentence("check.priceAndCurrency")
    if service.price_note is not None and service.price is None:
        yield (*path, "price_note"), sentence("check.offerWithoutPrice")
    if service.joining is not None and service.mode is AppointmentMode.IN_PERSON:
        yield (*path, "joining"), sentence("check.joiningInPerson")
    if service.youngest is not None and service.oldest is not None and service.oldest < service.youngest:
        yield (*path, "oldest"), sentence("check.ages")
    offering = [
        practitioner for practitioner in file.practitioners if service.slug in practitioner.service_slugs
    ]
    certified = {certificate.kind for practitioner in offering for certificate in practitioner.certifications}
    if not offering:
        yield path, sentence("check.notOffered")
    elif service.requires and service.requires not in certified:
        yield (*path, "requires"), sentence("check.notCertified", kind=quoted(service.requires))


def _practitioner(file: ClinicFile, practitioner: PractitionerSection, index: int) -> Violations:
    path = ("practitioners", index)
    services = {service.slug: service for service in file.services}
    yield from _repeats((*path, "languages"), practitioner.languages)
    yield from _references(
        (*path, "services"),
        practitioner.service_slugs,
        services,
        missing="check.noService",
        twice="check.namedTwice",
    )
    for n, offer in enumerate(practitioner.services):
        known = services.get(offer.service)
        if offer.price is not None and known is not None and known.price is None:
            yield (*path, "services", n, "price"), sentence("check.offerWithoutPrice")
    kinds = [certification.kind for certification in practitioner.certifications]
    for at, told in _repeats((*path, "certifications"), kinds, "check.certificateTwice"):
        yield (*at, "kind"), told
    for n, certificate in enumerate(practitioner.certifications):
        if certificate.valid_from and certificate.valid_until < certificate.valid_from:
            yield (*path, "certifications", n, "valid_until"), sentence("check.certificate.backwards")
    for n, time_off in enumerate(practitioner.time_off):
        zone = zones_of_practitioner(file, practitioner)[0]
        yield from _time_off(time_off, zone, (*path, "time_off", n))
    places = {location.slug for location in file.locations}
    for n, extra in enumerate(practitioner.extra_hours):
        at = (*path, "extra_hours", n)
        yield from _place(extra.location, places, (*at, "location"))
        others = [(each.day, place_of(file, each)) for each in practitioner.extra_hours[:n]]
        if (extra.day, place_of(file, extra)) in others:
            yield (*at, "date"), sentence("check.dayTwice", day=str(extra.day))
    for n, hours in enumerate(practitioner.hours):
        yield from _working_hours(file, hours, practitioner.hours[:n], (*path, "hours", n))
        yield from _two_places(file, hours, practitioner.hours[:n], (*path, "hours", n, "week"))


def _time_off(time_off: TimeOffSection, zone: ZoneInfo, path: KeyPath) -> Violations:
    starts_at, ends_at = time_off_instants(time_off, zone)
    if time_off.every is None and time_off.until:
        yield (*path, "until"), sentence("check.untilAlone")
    if time_off.every is None or ends_at <= starts_at:
        if ends_at <= starts_at:
            yield (*path, "to"), sentence("check.timeOff.backwards")
        return
    for key, moment in (("from", time_off.starts_at), ("to", time_off.ends_at)):
        if not is_on_wall_clock(moment):
            yield (*path, key), sentence("check.timeOff.wallClock")
            return
    time = recurring_time(time_off)
    if time.first[1] <= time.first[0]:  # Only as instants it is in order: the clock is put back within it.
        yield (*path, "to"), sentence("check.timeOff.backwards")
    elif time.overlaps_itself:
        yield (*path, "every"), sentence("check.timeOff.long")
    if time_off.until and time_off.until < time.first_day:
        yield (*path, "until"), sentence("check.timeOff.ended")


def _place(location: str | None, known: Collection[str], path: KeyPath) -> Violations:
    if location is None and len(known) > 1:
        yield path, sentence("check.whichLocation")
    elif location is not None and location not in known:
        yield path, sentence("check.noLocation", name=quoted(location))


def _two_places(
    file: ClinicFile, hours: WorkingHoursSection, earlier: Sequence[WorkingHoursSection], path: KeyPath
) -> Violations:
    """Nobody is at two places at once."""
    for other in earlier:
        if (day := day_at_both(file, hours, other)) is not None:
            place = quoted(place_of(file, other))
            yield path, sentence("check.twoPlaces", day=day, place=place)


def _working_hours(
    file: ClinicFile, hours: WorkingHoursSection, earlier: Sequence[WorkingHoursSection], path: KeyPath
) -> Violations:
    default = file.locations[0].slug
    slug = hours.location or default
    weeks = {location.slug: location.hours for location in file.locations}
    yield from _place(hours.location, weeks, (*path, "location"))
    if slug not in weeks or (hours.location is None and len(weeks) > 1):
        return
    if hours.weeks > 1 and hours.first_day is None:
        yield (*path, "every"), sentence("check.weeks.uncounted")
    if hours.first_day and hours.last_day and hours.last_day < hours.first_day:
        yield (*path, "until"), sentence("check.hours.backwards")
    for number, other in enumerate(earlier, 1):
        common = hours.days.first_common_day(other.days) if place_of(file, other) == slug else None
        if common and hours.days == other.days == EVERY_DAY:
            yield (*path, "location"), sentence("check.weekTwice", location=quoted(slug))
        elif common:
            if common == date.min:  # Both always were: the days before the first end are common.
                common = min(each.last_day for each in (hours, other) if each.last_day)
            others = f"hours[{number}]"
            told = sentence("check.hoursTwice", day=str(common), others=others, location=quoted(slug))
            yield path, told
    for day, spans in hours.week.items():
        if subtract_spans(spans, weeks[slug].get(day, ())):
            yield (*path, "week"), sentence("check.outsideLocation", day=weekday(day))
    for day, breaks in hours.breaks.items():
        if subtract_spans(breaks, hours.week.get(day, ())):
            yield (*path, "breaks"), sentence("check.breakOutside", day=weekday(day))


def zones_of_practitioner(file: ClinicFile, practitioner: PractitionerSection) -> list[ZoneInfo]:
    """The zones of the places where they work, in the file's order; the clinic's without a place."""
    weekly = {place_of(file, each) for each in practitioner.hours if any(hours_without_breaks(each).values())}
    places = weekly | {place_of(file, extra) for extra in practitioner.extra_hours}
    names = [
        location.time_zone or file.clinic.time_zone for location in file.locations if location.slug in places
    ]
    return [ZoneInfo(name) for name in dict.fromkeys(names or [file.clinic.time_zone])]


def time_off_instants(time_off: TimeOffSection, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last instant; a time without an offset is on the clock of `zone`."""

    def instant(moment: date | datetime, if_whole_day: time) -> datetime:
        wall = moment if isinstance(moment, datetime) else datetime.combine(moment, if_whole_day)
        # As instants: on the wall, an end may seem later than a start that a clock change skips.
        return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)

    return instant(time_off.starts_at, time.min), instant(time_off.ends_at, time.max)
