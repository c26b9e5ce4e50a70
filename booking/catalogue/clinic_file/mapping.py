"""The rows that a clinic's file asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from booking.catalogue.clinic_file.fields import Week, e164
from booking.catalogue.clinic_file.model import ClinicFile
from booking.catalogue.clinic_file.validation import hours_without_breaks, time_off_instants
from booking.storage.base import Table
from booking.storage.models.catalogue import (
    Certification,
    Closure,
    Location,
    OpeningHours,
    Practitioner,
    ScreeningQuestion,
    Service,
    ServiceOffer,
    ServiceScreening,
    TimeOff,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class ClinicRows:
    """`named` rows have slugs and are kept for ever; `parts` are replaced as they change."""

    clinic: Row
    named: dict[type[Table], list[Row]]
    parts: dict[type[Table], list[Row]]


def rows_of_clinic_file(file: ClinicFile) -> ClinicRows:
    return ClinicRows(
        clinic=_clinic(file),
        named={
            Location: list(_locations(file)),
            ScreeningQuestion: list(_questions(file)),
            Service: list(_services(file)),
            Practitioner: list(_practitioners(file)),
        },
        parts={
            OpeningHours: list(_hours(file)),
            Closure: list(_closures(file)),
            Certification: list(_certifications(file)),
            TimeOff: list(_time_off(file)),
            ServiceOffer: [
                {"service": service, "practitioner": person.slug}
                for person in file.practitioners
                for service in person.services
            ],
            ServiceScreening: [
                {"service": service.slug, "question": question, "position": position}
                for service in file.services
                for position, question in enumerate(service.screening)
            ],
        },
    )


def _clinic(file: ClinicFile) -> Row:
    clinic, policy = file.clinic, file.policy
    return {
        "name": _translations(clinic.name, file),
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


def _translations(text: dict[str, str] | None, file: ClinicFile) -> dict[str, str] | None:
    if text is None or "" not in text:
        return text
    return {file.clinic.languages[0]: text[""]}


def _locations(file: ClinicFile) -> Iterator[Row]:
    for position, place in enumerate(file.locations):
        yield {
            "slug": place.slug,
            "name": _translations(place.name, file),
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
            "text": _translations(question.text, file),
            "why": _translations(question.why, file),
            "if_yes": question.yes,
            "if_unsure": question.unsure or question.yes,
            "if_no": question.no,
        }


def _services(file: ClinicFile) -> Iterator[Row]:
    for position, service in enumerate(file.services):
        yield {
            "slug": service.slug,
            "name": _translations(service.name, file),
            "description": _translations(service.description, file),
            "preparation": _translations(service.preparation, file),
            "faq": [
                {"question": _translations(asked.question, file), "answer": _translations(asked.answer, file)}
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
            "title": _translations(person.title, file),
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
            yield from week(work.location or file.locations[0].slug, person.slug, hours_without_breaks(work))


def _closures(file: ClinicFile) -> Iterator[Row]:
    for place in file.locations:
        for closure in place.closures:
            yield {
                "location": place.slug,
                "first_day": closure.from_,
                "last_day": closure.to,
                "reason": _translations(closure.reason, file),
            }


def _certifications(file: ClinicFile) -> Iterator[Row]:
    for person in file.practitioners:
        for held in person.certifications:
            yield {"practitioner": person.slug, **held.model_dump()}


def _time_off(file: ClinicFile) -> Iterator[Row]:
    zone = ZoneInfo(file.clinic.time_zone)
    for person in file.practitioners:
        for off in person.time_off:
            starts_at, ends_at = time_off_instants(off, zone)
            yield {"practitioner": person.slug, "starts_at": starts_at, "ends_at": ends_at}
