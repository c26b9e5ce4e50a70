"""A person: the bookings that share a name and an address or a number, and what came of them."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.patients.contacts import PatientContact, contacts_by_id
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.queries.desk.people import (
    BookedPatient,
    VisitOfPerson,
    patients_with_contact,
    visits_of_patients,
)
from booking.storage.session import BookingSession

MAX_BOOKINGS = 2_000
"""Of all persons that are shown at once; of more, the newest are counted."""
MAX_CHANGES = 3
"""Of a person's address or number that are followed from booking to booking."""

Visits = dict[uuid.UUID, list[VisitOfPerson]]
"""By the id of the patient."""


@dataclass(frozen=True)
class Person:
    """Whom the desk speaks with. A family that shares a number is several persons: their names differ.

    `contact` is that of the newest booking, and `patients` are the ids of all bookings, the newest first.
    To a practitioner only visits with themselves are shown and counted.
    """

    contact: PatientContact
    patients: Sequence[uuid.UUID]
    last_visit: VisitOfPerson | None
    """That ended last, also if nobody came."""
    next_visit: VisitOfPerson | None
    """That ends next: it may have begun."""
    usual_service: str | None
    usual_practitioner: str | None
    all_visits: Sequence[VisitOfPerson]
    """The latest first, cancelled ones too."""
    visits: int
    """That are over, without those to which nobody came."""
    no_shows: int


def grouped(patients: Sequence[BookedPatient]) -> list[list[BookedPatient]]:
    """The bookings of each person, in the order of each one's first booking.

    Bookings with one name are one person's if they share an address or a number, or if others connect them.
    """
    position = {patient.id: number for number, patient in enumerate(patients)}
    first = dict(position)  # of each booking, by its position: an earlier one of the same person
    by_contact: dict[tuple[bytes | None, bytes], uuid.UUID] = {}

    def first_of(patient: uuid.UUID) -> int:
        number = first[patient]
        return number if number == position[patient] else first_of(patients[number].id)

    for patient in patients:
        for index in filter(None, (patient.email_index, patient.phone_index)):
            other = by_contact.setdefault((patient.name_index, index), patient.id)
            earlier, later = sorted((first_of(other), first_of(patient.id)))
            first[patients[later].id] = earlier
    groups: dict[int, list[BookedPatient]] = {}
    for patient in patients:
        groups.setdefault(first_of(patient.id), []).append(patient)
    return list(groups.values())


async def people_of(
    session: BookingSession,
    found: Mapping[BookedPatient, PatientContact],
    *,
    only_practitioner: str | None,
    now: datetime,
) -> list[Person]:
    """The persons of these bookings, each once, in their order, with all their bookings and visits."""
    if not found:
        return []
    groups = grouped(await _with_relatives(session, list(found), only_practitioner))
    people = [sorted(group, key=_booked_at, reverse=True) for group in groups if group[0] in found]
    contacts = {row.id: contact for row, contact in found.items()}
    contacts |= await contacts_by_id(session, {bookings[0].id for bookings in people} - contacts.keys())
    visits: Visits = {row.id: [] for bookings in people for row in bookings}
    for visit in await visits_of_patients(session, visits.keys()):
        if only_practitioner in (None, visit.practitioner):
            visits[visit.patient].append(visit)
    return [_person(contacts[bookings[0].id], bookings, visits, now) for bookings in people]


async def _with_relatives(
    session: BookingSession, bookings: Sequence[BookedPatient], only_practitioner: str | None
) -> Sequence[BookedPatient]:
    """And those with an equal name and contact; also by the addresses and numbers that these have."""
    known = dict.fromkeys(bookings)
    asked: set[bytes] = set()
    for _ in range(MAX_CHANGES):
        emails = {row.email_index for row in known if row.email_index}
        phones = {row.phone_index for row in known if row.phone_index}
        if emails | phones <= asked:
            break
        names = {row.name_index for row in known if row.name_index}
        others = await patients_with_contact(
            session,
            emails=emails - asked,
            phones=phones - asked,
            names=names,
            practitioner=only_practitioner,
            limit=MAX_BOOKINGS,
        )
        known |= dict.fromkeys(others)
        asked |= emails | phones
    return list(known)


def _booked_at(patient: BookedPatient) -> datetime:
    return patient.created_at


def _person(
    contact: PatientContact, bookings: Sequence[BookedPatient], visits: Visits, now: datetime
) -> Person:
    own = [visit for booking in bookings for visit in visits[booking.id]]
    latest_first = sorted(own, key=lambda visit: visit.starts_at, reverse=True)
    standing = [visit for visit in latest_first if visit.status is not AppointmentStatus.CANCELLED]
    past = [visit for visit in standing if visit.ends_at <= now]
    coming = [visit for visit in standing if visit.ends_at > now]
    no_shows = sum(visit.status is AppointmentStatus.NOSHOW for visit in past)
    return Person(
        contact,
        [row.id for row in bookings],
        last_visit=past[0] if past else None,
        next_visit=coming[-1] if coming else None,
        usual_service=_most_common([visit.service for visit in standing]),
        usual_practitioner=_most_common([visit.practitioner for visit in standing]),
        all_visits=latest_first,
        visits=len(past) - no_shows,
        no_shows=no_shows,
    )


def _most_common(values: Sequence[str]) -> str | None:
    """The first of those that are as common."""
    return next((value for value, _ in Counter(values).most_common(1)), None)
