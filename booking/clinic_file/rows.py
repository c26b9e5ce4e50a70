"""The rows that a clinic's file asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from booking.clinic_file.check import times_of, working_week
from booking.clinic_file.shape import ClinicFile
from booking.clinic_file.values import Week, e164
from booking.storage import tables
from booking.storage.table import Table

Row = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """`named` rows have slugs and are kept for ever; `parts` are replaced as they change."""

    clinic: Row
    named: dict[type[Table], list[Row]]
    parts: dict[type[Table], list[Row]]


def rows_of(file: ClinicFile) -> Wanted:
    return Wanted(
        clinic=_clinic(file),
        named={
            tables.Location: list(_locations(file)),
            tables.ScreeningQuestion: list(_questions(file)),
            tables.Service: list(_services(file)),
            tables.Practitioner: list(_practitioners(file)),
        },
        parts={
            tables.OpeningHours: list(_hours(file)),
            tables.Closure: list(_closures(file)),
            tables.Certification: list(_certifications(file)),
            tables.TimeOff: list(_time_off(file)),
            tables.ServiceOffer: [
                {"service": service, "practitioner": person.slug}
                for person in file.practitioners
                for service in person.services
            ],
            tables.ServiceScreening: [
                {"service": service.slug, "question": question, "position": position}
                for service in file.services
                for position, question in enumerate(service.screening)
            ],
        },
    )


def _clinic(file: ClinicFile) -> Row:
    clinic, policy = file.clinic, file.policy
    return {
        "name": _words(clinic.name, file),
        "phone": e164(clinic.phone, clinic.country),
        "phone_shown": clinic.phone,
        "email": clinic.email,
        "website": str(clinic.website) if clinic.website else None,
        "time_zone": clinic.time_zone,
        "languages": clinic.languages,
        "slot_step": policy.slot_step,
        "minimum_notice": policy.minimum_notice,
        "horizon": policy.horizon,
        "hold_length": policy.hold,
        "cancellation_notice": policy.cancellation_notice,
    }


def _words(text: dict[str, str] | None, file: ClinicFile) -> dict[str, str] | None:
    if text is None or "" not in text:
        return text
    return {file.clinic.languages[0]: text[""]}


def _locations(file: ClinicFile) -> Iterator[Row]:
    for position, place in enumerate(file.locations):
        yield {
            "slug": place.slug,
            "name": _words(place.name, file),
            "address": place.address,
            "time_zone": place.time_zone or file.clinic.time_zone,
            "public_holidays": place.public_holidays,
            "position": position,
            "listed": True,
        }


def _questions(file: ClinicFile) -> Iterator[Row]:
    for question in file.screening:
        yield {
            "slug": question.slug,
            "text": _words(question.text, file),
            "why": _words(question.why, file),
            "if_yes": question.yes,
            "if_unsure": question.unsure or question.yes,
            "if_no": question.no,
        }


def _services(file: ClinicFile) -> Iterator[Row]:
    for position, service in enumerate(file.services):
        yield {
            "slug": service.slug,
            "name": _words(service.name, file),
            "description": _words(service.description, file),
            "preparation": _words(service.preparation, file),
            "faq": [
                {"question": _words(asked.question, file), "answer": _words(asked.answer, file)}
                for asked in service.faq
            ],
            "duration": service.duration,
            "buffer_before": service.buffer_before,
            "buffer_after": service.buffer_after,
            "visits": service.visits,
            "price": service.price,
            "currency": service.currency,
            "requires": service.requires,
            "position": position,
            "listed": True,
        }


def _practitioners(file: ClinicFile) -> Iterator[Row]:
    for position, person in enumerate(file.practitioners):
        yield {
            "slug": person.slug,
            "name": person.name,
            "title": _words(person.title, file),
            "languages": person.languages,
            "position": position,
            "listed": True,
        }


def _hours(file: ClinicFile) -> Iterator[Row]:
    def week(location: str, practitioner: str | None, hours: Week) -> Iterator[Row]:
        for weekday, spans in hours.items():
            for span in spans:
                yield {
                    "location": location,
                    "practitioner": practitioner,
                    "weekday": weekday,
                    "opens": span.opens,
                    "closes": span.closes,
                }

    for place in file.locations:
        yield from week(place.slug, None, place.hours)
    for person in file.practitioners:
        for work in person.hours:
            yield from week(work.location or file.locations[0].slug, person.slug, working_week(work))


def _closures(file: ClinicFile) -> Iterator[Row]:
    for place in file.locations:
        for closure in place.closures:
            yield {
                "location": place.slug,
                "first_day": closure.from_,
                "last_day": closure.to,
                "reason": _words(closure.reason, file),
            }


def _certifications(file: ClinicFile) -> Iterator[Row]:
    for person in file.practitioners:
        for held in person.certifications:
            yield {"practitioner": person.slug, **held.model_dump()}


def _time_off(file: ClinicFile) -> Iterator[Row]:
    zone = ZoneInfo(file.clinic.time_zone)
    for person in file.practitioners:
        for off in person.time_off:
            starts_at, ends_at = times_of(off, zone)
            yield {"practitioner": person.slug, "starts_at": starts_at, "ends_at": ends_at}
