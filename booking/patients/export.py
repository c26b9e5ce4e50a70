"""One person's data, for the person: collected, and as plain JSON; `fhir.py` has the other form."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking.audit.trail import audit_of_patient
from booking.catalogue.lookup import (
    all_consent_texts,
    all_locations,
    all_practitioners,
    all_screening_questions,
    all_services,
)
from booking.domain.translations import in_language
from booking.patients.contacts import (
    PatientContact,
    notes_by_appointment,
    notes_of_patients,
    topics_by_appointment,
)
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditEvent
from booking.storage.models.catalogue.clinic import ConsentText
from booking.storage.models.consents import Consent
from booking.storage.models.messages.sms import SmsMessage
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer
from booking.storage.queries.appointments import appointments_of_patients
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.messages.sms import sms_to_patients
from booking.storage.queries.waiting_list import entries_of_patients, offers_of_entry
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import clock_time


@dataclass(frozen=True)
class ExportedVisit:
    """A visit in words, its times on the location's clock."""

    appointment: Appointment
    service: str
    practitioner: str
    location: str
    starts_at: datetime
    ends_at: datetime
    topics: Sequence[str]
    """What the practitioner was to talk about: the questions' texts."""
    note: str
    """Of the desk; empty if there is none."""
    patient_note: str
    """Of the patient, for the practitioner; empty if there is none."""


@dataclass(frozen=True)
class ExportedConsent:
    """That a person agreed, at a booking, to a text of the clinic."""

    patient: uuid.UUID
    text: ConsentText
    """As the person read it: in that version and language."""
    given_at: datetime
    by_phone: bool


@dataclass(frozen=True)
class ExportedEntry:
    """What a person waits for, or waited for, in words, and the times that were offered."""

    entry: WaitingListEntry
    service: str
    offers: Sequence[WaitingListOffer]


@dataclass(frozen=True)
class PatientExport:
    """All that is stored about a person: each booking has a contact of its own."""

    clinic: str
    exported_at: datetime
    contacts: Sequence[PatientContact]
    visits: Sequence[ExportedVisit]
    consents: Sequence[ExportedConsent]
    text_messages: Sequence[SmsMessage]
    """That were sent to the person; their texts are kept nowhere."""
    waiting_list: Sequence[ExportedEntry]
    audit_events: Sequence[AuditEvent]
    """Who but the person saw or changed the data, the earliest first."""


async def export_patients(
    session: BookingSession, contacts: Sequence[PatientContact], *, now: datetime
) -> PatientExport:
    """In the clinic's first language.

    Raises:
        UnreadableValue, KeyProblem, TryAgain: the data can't be read.
    """
    clinic = await get_clinic(session)
    language = clinic.languages[0]
    services, practitioners = await all_services(session), await all_practitioners(session)
    locations, questions = await all_locations(session), await all_screening_questions(session)
    rows = await appointments_of_patients(session, [contact.id for contact in contacts])
    topics = await topics_by_appointment(session, rows)
    notes = await notes_by_appointment(session, rows)
    patient_notes = await notes_of_patients(session, {row.patient for row in rows})
    visits = []
    for row in rows:
        location = locations[row.location]
        zone = ZoneInfo(location.time_zone)
        visits.append(
            ExportedVisit(
                appointment=row,
                service=in_language(services[row.service].name, language),
                practitioner=practitioners[row.practitioner].name,
                location=in_language(location.name, language),
                starts_at=row.starts_at.astimezone(zone),
                ends_at=row.ends_at.astimezone(zone),
                topics=[
                    in_language(questions[slug].text, language) if slug in questions else slug
                    for slug in topics.get(row.id, ())
                ],
                note=notes.get(row.id, ""),
                patient_note=patient_notes.get(row.patient, ""),
            )
        )
    patients = [contact.id for contact in contacts]
    consents = await _consents(session, patients)
    messages = await sms_to_patients(session, patients)
    events = await audit_of_patient(session, patients)
    waiting_list = [
        ExportedEntry(
            row, in_language(services[row.service].name, language), await offers_of_entry(session, row.id)
        )
        for row in await entries_of_patients(session, patients)
    ]
    name = in_language(clinic.name, language)
    return PatientExport(name, now, contacts, visits, consents, messages, waiting_list, events)


async def _consents(session: BookingSession, patients: Sequence[uuid.UUID]) -> Sequence[ExportedConsent]:
    texts = {(text.version, text.language): text for text in (await all_consent_texts(session)).values()}
    query = select(Consent).where(Consent.patient.in_(patients)).order_by(Consent.given_at, Consent.patient)
    return [
        ExportedConsent(row.patient, texts[row.version, row.language], row.given_at, row.by_phone)
        for row in await session.scalars(query)
    ]


def as_json(export: PatientExport) -> Mapping[str, Any]:
    """A document that a person can read."""
    return {
        "clinic": export.clinic,
        "exportedAt": export.exported_at.isoformat(),
        "patients": [
            {
                "id": str(contact.id),
                "name": contact.name,
                "email": contact.email,
                "phone": contact.phone,
                "contactName": contact.contact_name or None,
                "language": contact.language,
                "visits": [_visit(visit) for visit in _visits_of(export, contact.id)],
                "consents": [
                    {
                        "givenAt": consent.given_at.isoformat(),
                        "givenBy": "phone" if consent.by_phone else "form",
                        "version": consent.text.version,
                        "language": consent.text.language,
                        "text": consent.text.text,
                    }
                    for consent in export.consents
                    if consent.patient == contact.id
                ],
                "textMessages": [
                    {"sentAt": message.marked_at.isoformat(), "status": str(message.status)}
                    for message in export.text_messages
                    if message.patient == contact.id
                ],
                "waitingList": [
                    _entry(entry) for entry in export.waiting_list if entry.entry.patient == contact.id
                ],
            }
            for contact in export.contacts
        ],
        "seenOrChangedBy": [
            {
                "at": event.recorded_at.isoformat(),
                "action": str(event.action),
                "by": f"{event.actor_kind} {event.actor_id}",
                "from": event.source,
                "what": event.detail,
            }
            for event in export.audit_events
        ],
    }


def _visits_of(export: PatientExport, patient: uuid.UUID) -> Iterator[ExportedVisit]:
    return (visit for visit in export.visits if visit.appointment.patient == patient)


def _entry(exported: ExportedEntry) -> Mapping[str, Any]:
    row = exported.entry
    return {
        "status": str(row.status),
        "service": exported.service,
        "practitioners": row.practitioners,
        "location": row.location,
        "firstDay": row.first_day.isoformat(),
        "lastDay": row.last_day.isoformat(),
        "weeklyTimes": [
            {"weekday": weekday, "begins": clock_time(begin), "ends": clock_time(until)}
            for weekday, begin, until in row.available_times
        ],
        "waitingSince": row.waiting_since.isoformat(),
        "endedAt": row.ended_at and row.ended_at.isoformat(),
        "offered": [
            {
                "startsAt": offer.starts_at.isoformat(),
                "offeredAt": offer.offered_at.isoformat(),
                "outcome": offer.outcome,
            }
            for offer in exported.offers
        ],
    }


def _visit(visit: ExportedVisit) -> Mapping[str, Any]:
    row = visit.appointment
    return {
        "reference": row.reference,
        "status": str(row.status),
        "statusSince": row.status_changed_at and row.status_changed_at.isoformat(),
        "cancelledBy": row.cancellation_reason,
        "service": visit.service,
        "practitioner": visit.practitioner,
        "location": visit.location,
        "startsAt": visit.starts_at.isoformat(),
        "endsAt": visit.ends_at.isoformat(),
        "bookedAt": row.created_at.isoformat(),
        "changedAt": row.changed_at.isoformat(),
        "bookedByKey": row.booked_by,
        "source": row.source,
        "toTalkAbout": list(visit.topics),
        "noteOfTheDesk": visit.note or None,
        "noteOfThePatient": visit.patient_note or None,
    }
