"""The sheet of one visit, as the front desk opens it: whose it is, what is noted, and the person's others."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.catalogue.lookup import all_screening_questions
from booking.domain.errors import NotFound
from booking.domain.translations import Translations
from booking.patients.contacts import (
    PatientContact,
    contacts_by_id,
    notes_by_appointment,
    notes_of_patients,
    topics_by_appointment,
)
from booking.patients.person import Person, people_of
from booking.storage.models.appointments import Appointment
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.desk.people import VisitOfPerson, booked_patients, patients_with_notes
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class VisitSheet:
    """`contact` and `person` are None once the patient is erased.

    `topics` are the questions that the practitioner is to talk about, and `patient_note` is what the patient
    wrote: both for the practitioner of the visit alone. All others learn by `has_topics` and
    `has_patient_note` that there are some.
    """

    visit: Appointment
    contact: PatientContact | None
    person: Person | None
    other_visits: Sequence[VisitOfPerson]
    """Of the person, the latest first."""
    note: str
    """For the desk; empty if there is none."""
    has_patient_note: bool
    patient_note: str
    has_topics: bool
    topics: Sequence[Translations]


async def visit_sheet(
    session: BookingSession, appointment: uuid.UUID, *, only_practitioner: str | None, now: datetime
) -> VisitSheet:
    """`only_practitioner` is the slug of the practitioner who reads it; None: the front desk.

    Raises:
        NotFound: there is no such visit, or it is another practitioner's.
        UnreadableValue, KeyProblem, TryAgain: the data can't be read.
    """
    rows = await appointments_by_id(session, [appointment])
    if not rows or only_practitioner not in (None, rows[0].practitioner):
        raise NotFound("There is no such visit.", path=("appointmentId",))
    [visit] = rows
    contact = (await contacts_by_id(session, [visit.patient])).get(visit.patient)
    people: Sequence[Person] = []
    if contact is not None:
        found = dict.fromkeys(await booked_patients(session, [visit.patient]), contact)
        people = await people_of(session, found, only_practitioner=only_practitioner, now=now)
    topics = (await topics_by_appointment(session, [visit])).get(visit.id, [])
    questions = await all_screening_questions(session)
    is_noted = visit.patient in await patients_with_notes(session, [visit.patient])
    reads = is_noted and only_practitioner is not None
    return VisitSheet(
        visit,
        contact,
        person=people[0] if people else None,
        other_visits=[each for person in people for each in person.all_visits if each.id != visit.id],
        note=(await notes_by_appointment(session, [visit])).get(visit.id, ""),
        has_patient_note=is_noted,
        patient_note=(await notes_of_patients(session, [visit.patient])).get(visit.patient, "")
        if reads
        else "",
        has_topics=bool(topics),
        topics=[questions[slug].text for slug in topics if slug in questions] if only_practitioner else [],
    )
