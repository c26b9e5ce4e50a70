"""What can be wrong with a clinic's file although every key of it is well formed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.catalogue.clinic_file.fields import WEEKDAYS, Week, e164
from booking.catalogue.clinic_file.model import (
    ClinicFile,
    PractitionerSection,
    TimeOffSection,
    WorkingHoursSection,
)
from booking.timegrid.opening_hours import subtract_spans

Violations = Iterator[tuple[tuple[int | str, ...], str]]
"""Where (keys and list indexes), and what is wrong there."""


class HasSlug(Protocol):
    @property
    def slug(self) -> str: ...


def validate_clinic_file(file: ClinicFile) -> list[tuple[tuple[int | str, ...], str]]:
    return [
        *_phone(file),
        *_languages(file),
        *_duplicates(file),
        *_texts(file),
        *_services(file),
        *_closures(file),
        *_practitioners(file),
    ]


def _phone(file: ClinicFile) -> Violations:
    try:
        e164(file.clinic.phone, file.clinic.country)
    except ValueError as reason:
        yield ("clinic", "phone"), str(reason)


def _languages(file: ClinicFile) -> Violations:
    lists: dict[tuple[int | str, ...], Sequence[str]] = {("clinic",): file.clinic.languages}
    lists |= {("practitioners", i): person.languages for i, person in enumerate(file.practitioners)}
    for where, languages in lists.items():
        for n, language in enumerate(languages):
            if language in languages[:n]:
                yield (*where, "languages", n), f"{language!r} is named twice"


def _duplicates(file: ClinicFile) -> Violations:
    lists: dict[str, Sequence[HasSlug]] = {
        "locations": file.locations,
        "screening": file.screening,
        "services": file.services,
        "practitioners": file.practitioners,
    }
    for key, items in lists.items():
        seen: set[str] = set()
        for index, item in enumerate(items):
            if item.slug in seen:
                yield (key, index, "slug"), f"there are two with the slug {item.slug!r}"
            seen.add(item.slug)


def _texts(file: ClinicFile) -> Violations:
    languages = file.clinic.languages

    def check_text(text: dict[str, str] | None, *where: int | str) -> Violations:
        if text is None or (text.keys() == {""} and len(languages) == 1):
            return
        if "" in text:
            yield where, f"please give the text by language: {', '.join(languages)}"
            return
        for missing in languages:
            if missing not in text:
                yield where, f"the text in {missing!r} is missing"
        for surplus in text.keys() - set(languages):
            yield where, f"{surplus!r} is not one of the clinic's languages"

    yield from check_text(file.clinic.name, "clinic", "name")
    for i, location in enumerate(file.locations):
        yield from check_text(location.name, "locations", i, "name")
        for n, closure in enumerate(location.closures):
            yield from check_text(closure.reason, "locations", i, "closures", n, "reason")
    for i, question in enumerate(file.screening):
        yield from check_text(question.text, "screening", i, "text")
        yield from check_text(question.why, "screening", i, "why")
    for i, service in enumerate(file.services):
        yield from check_text(service.name, "services", i, "name")
        yield from check_text(service.description, "services", i, "description")
        yield from check_text(service.preparation, "services", i, "preparation")
        for n, asked in enumerate(service.faq):
            yield from check_text(asked.question, "services", i, "faq", n, "question")
            yield from check_text(asked.answer, "services", i, "faq", n, "answer")
    for i, practitioner in enumerate(file.practitioners):
        yield from check_text(practitioner.title, "practitioners", i, "title")


def _services(file: ClinicFile) -> Violations:
    questions = {question.slug for question in file.screening}
    for i, service in enumerate(file.services):
        for n, slug in enumerate(service.screening):
            if slug not in questions:
                yield ("services", i, "screening", n), f"there is no screening question {slug!r}"
            elif slug in service.screening[:n]:
                yield ("services", i, "screening", n), f"{slug!r} is asked twice"
        if (service.price is None) != (service.currency is None):
            yield ("services", i), "a price needs a currency, and a currency a price"
        offering = [person for person in file.practitioners if service.slug in person.services]
        if not offering:
            yield ("services", i), "nobody offers this service: name it in a practitioner's services"
        elif service.requires and not any(_holds(person, service.requires) for person in offering):
            yield (
                ("services", i, "requires"),
                f"nobody who offers it holds a {service.requires!r} certificate",
            )


def _holds(person: PractitionerSection, kind: str) -> bool:
    return any(certification.kind == kind for certification in person.certifications)


def _closures(file: ClinicFile) -> Violations:
    for i, location in enumerate(file.locations):
        for n, closure in enumerate(location.closures):
            if closure.to < closure.from_:
                yield ("locations", i, "closures", n, "to"), "the closure ends before it starts"


def _practitioners(file: ClinicFile) -> Violations:
    services = {service.slug for service in file.services}
    zone = ZoneInfo(file.clinic.time_zone)
    for i, person in enumerate(file.practitioners):
        for n, slug in enumerate(person.services):
            if slug not in services:
                yield ("practitioners", i, "services", n), f"there is no service {slug!r}"
            elif slug in person.services[:n]:
                yield ("practitioners", i, "services", n), f"{slug!r} is named twice"
        for n, held in enumerate(person.certifications):
            where = ("practitioners", i, "certifications", n)
            if any(held.kind == other.kind for other in person.certifications[:n]):
                yield (*where, "kind"), f"there are two {held.kind!r} certificates; keep the newest"
            if held.valid_from and held.valid_until < held.valid_from:
                yield (*where, "valid_until"), "the certificate ends before it starts"
        for n, off in enumerate(person.time_off):
            starts_at, ends_at = time_off_instants(off, zone)
            if ends_at <= starts_at:
                yield ("practitioners", i, "time_off", n, "to"), "the time off ends before it starts"
        for n, work in enumerate(person.hours):
            yield from _work(file, person, work, i, n)


def _work(
    file: ClinicFile, person: PractitionerSection, work: WorkingHoursSection, i: int, n: int
) -> Violations:
    where = ("practitioners", i, "hours", n)
    at = work.location or file.locations[0].slug
    if work.location is None and len(file.locations) > 1:
        yield (*where, "location"), "which location? The clinic has several"
        return
    places = {location.slug: location for location in file.locations}
    if at not in places:
        yield (*where, "location"), f"there is no location {at!r}"
        return
    if any(at == (other.location or file.locations[0].slug) for other in person.hours[:n]):
        yield (*where, "location"), f"there are two weeks at {at!r}; put all days into one"
    for day, spans in work.week.items():
        if subtract_spans(spans, places[at].hours.get(day, ())):
            yield (*where, "week"), f"the times of {WEEKDAYS[day]} are outside the location's hours"
    for day, pauses in work.breaks.items():
        if subtract_spans(pauses, work.week.get(day, ())):
            yield (*where, "breaks"), f"the break of {WEEKDAYS[day]} is outside the working hours"


def hours_without_breaks(work: WorkingHoursSection) -> Week:
    """The hours less the breaks."""
    return {day: subtract_spans(spans, work.breaks.get(day, ())) for day, spans in work.week.items()}


def time_off_instants(off: TimeOffSection, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when; without an offset of their own, times are on the clinic's clock."""

    def at(moment: date | datetime, whole: time) -> datetime:
        wall = moment if isinstance(moment, datetime) else datetime.combine(moment, whole)
        # As instants: on the wall, an end may seem later than a start that a clock change skips.
        return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)

    return at(off.from_, time.min), at(off.to, time.max)
