"""Validates a clinic's file across its keys: languages of texts, references between sections, times."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from booking.catalogue.clinic_file.fields import TranslatedText, Week, e164
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.practitioners import (
    PractitionerSection,
    TimeOffSection,
    WorkingHoursSection,
)
from booking.catalogue.clinic_file.model.services import ServiceSection
from booking.catalogue.clinic_file.spelling import weekday
from booking.i18n.sentences import InvalidValue, Sentence, quoted, sentence
from booking.timegrid.opening_hours import subtract_spans

MINUTES_OF_WEEK = 7 * 1440

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
        *_closures(file),
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
    for key in ("locations", "screening", "services", "practitioners"):
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


def _closures(file: ClinicFile) -> Violations:
    for i, location in enumerate(file.locations):
        for n, closure in enumerate(location.closures):
            if closure.last_day < closure.first_day:
                yield ("locations", i, "closures", n, "to"), sentence("check.closure.backwards")


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
    if (service.price is None) != (service.currency is None):
        yield path, sentence("check.priceAndCurrency")
    offering = [practitioner for practitioner in file.practitioners if service.slug in practitioner.services]
    certified = {certificate.kind for practitioner in offering for certificate in practitioner.certifications}
    if not offering:
        yield path, sentence("check.notOffered")
    elif service.requires and service.requires not in certified:
        yield (*path, "requires"), sentence("check.notCertified", kind=quoted(service.requires))


def _practitioner(file: ClinicFile, practitioner: PractitionerSection, index: int) -> Violations:
    path = ("practitioners", index)
    services = {service.slug for service in file.services}
    yield from _repeats((*path, "languages"), practitioner.languages)
    yield from _references(
        (*path, "services"),
        practitioner.services,
        services,
        missing="check.noService",
        twice="check.namedTwice",
    )
    kinds = [certification.kind for certification in practitioner.certifications]
    for at, told in _repeats((*path, "certifications"), kinds, "check.certificateTwice"):
        yield (*at, "kind"), told
    for n, certificate in enumerate(practitioner.certifications):
        if certificate.valid_from and certificate.valid_until < certificate.valid_from:
            yield (*path, "certifications", n, "valid_until"), sentence("check.certificate.backwards")
    for n, time_off in enumerate(practitioner.time_off):
        starts_at, ends_at = time_off_instants(time_off, zones_of_practitioner(file, practitioner)[0])
        if ends_at <= starts_at:
            yield (*path, "time_off", n, "to"), sentence("check.timeOff.backwards")
    for n, hours in enumerate(practitioner.hours):
        yield from _working_hours(file, hours, practitioner.hours[:n], (*path, "hours", n))
        yield from _two_places(file, hours, practitioner.hours[:n], (*path, "hours", n, "week"))


def _two_places(
    file: ClinicFile, hours: WorkingHoursSection, earlier: Sequence[WorkingHoursSection], path: KeyPath
) -> Violations:
    """Nobody is at two places at once."""
    for other in earlier:
        if (day := day_at_both(file, hours, other)) is not None:
            place = quoted(place_of(file, other))
            yield path, sentence("check.twoPlaces", day=weekday(day), place=place)


def day_at_both(
    file: ClinicFile, hours: WorkingHoursSection, other: WorkingHoursSection, travel_minutes: int = 0
) -> int | None:
    """A weekday with time at two places at once, or with less than the travel time between; or None.

    Compared in UTC, in winter and in summer, where zones differ.
    """
    zones = {location.slug: location.time_zone or file.clinic.time_zone for location in file.locations}
    place, other_place = place_of(file, hours), place_of(file, other)
    if other_place == place or not {place, other_place} <= zones.keys():
        return None
    for month in (1, 7) if zones[place] != zones[other_place] else (1,):
        here, there = (_minutes_of_week(each, zones[place_of(file, each)], month) for each in (hours, other))
        around = {
            (minute + way) % MINUTES_OF_WEEK
            for minute in there
            for way in range(-travel_minutes, travel_minutes + 1, 5)
        }
        if common := here & around:
            shift = _offset_minutes(zones[place], month)
            return (min(common) + shift) % MINUTES_OF_WEEK // 1440
    return None


def place_of(file: ClinicFile, hours: WorkingHoursSection) -> str:
    return hours.location or file.locations[0].slug


def _minutes_of_week(hours: WorkingHoursSection, zone: str, month: int) -> set[int]:
    """Each fifth minute worked, in UTC, from Monday on."""
    shift = _offset_minutes(zone, month)
    return {
        (day * 1440 + minute - shift) % MINUTES_OF_WEEK
        for day, spans in hours_without_breaks(hours).items()
        for span in spans
        for minute in range(span.opens, span.closes, 5)
    }


def _offset_minutes(zone: str, month: int) -> int:
    offset = datetime(2027, month, 1, tzinfo=ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _working_hours(
    file: ClinicFile, hours: WorkingHoursSection, earlier: Sequence[WorkingHoursSection], path: KeyPath
) -> Violations:
    default = file.locations[0].slug
    slug = hours.location or default
    weeks = {location.slug: location.hours for location in file.locations}
    if hours.location is None and len(file.locations) > 1:
        yield (*path, "location"), sentence("check.whichLocation")
        return
    if slug not in weeks:
        yield (*path, "location"), sentence("check.noLocation", name=quoted(slug))
        return
    if any(slug == (other.location or default) for other in earlier):
        yield (*path, "location"), sentence("check.weekTwice", location=quoted(slug))
    for day, spans in hours.week.items():
        if subtract_spans(spans, weeks[slug].get(day, ())):
            yield (*path, "week"), sentence("check.outsideLocation", day=weekday(day))
    for day, breaks in hours.breaks.items():
        if subtract_spans(breaks, hours.week.get(day, ())):
            yield (*path, "breaks"), sentence("check.breakOutside", day=weekday(day))


def hours_without_breaks(hours: WorkingHoursSection) -> Week:
    return {day: subtract_spans(spans, hours.breaks.get(day, ())) for day, spans in hours.week.items()}


def zones_of_practitioner(file: ClinicFile, practitioner: PractitionerSection) -> list[ZoneInfo]:
    """The zones of the places where they work, in the file's order; the clinic's without a place."""
    places = {hours.location or file.locations[0].slug for hours in practitioner.hours}
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
