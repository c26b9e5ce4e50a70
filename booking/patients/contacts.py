"""The one way to patients' data: what is written is encrypted, and what is read is decrypted.

The data that an appointment holds about its patient is encrypted with the patient's key, too.
"""

import hmac
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from booking.domain.contact import Contact
from booking.domain.errors import NotFound
from booking.encryption.cipher import Ciphertext, DataKey, Place
from booking.encryption.contact_index import email_index, phone_index
from booking.patients.name_index import indexed_name
from booking.storage.base import insert_rows
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.appointments import MOST_EMAIL_CORRECTIONS, Appointment, Patient
from booking.storage.queries.desk.names import add_name_tokens
from booking.storage.queries.reminders import no_reminders_since
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class PatientContact(Contact):
    """Whom the clinic can reach: contact details, and the language of the booking."""

    id: uuid.UUID
    language: str


class EncryptedVisit(NamedTuple):
    """A visit as the database has it; all but its ids are None once the patient is erased."""

    appointment: uuid.UUID
    patient: uuid.UUID
    data_key: uuid.UUID | None
    name: Ciphertext | None
    topics: Ciphertext | None


class VisitDetails(NamedTuple):
    """The patient's name, and what the practitioner talks about: slugs of screening questions."""

    name: str
    topics: Sequence[str]


@dataclass(frozen=True)
class PatientKey:
    """A patient's id, and the key that encrypts what is stored about the patient."""

    patient: uuid.UUID
    key: DataKey

    def encrypt_topics(self, appointment: uuid.UUID, topics: Sequence[str]) -> Ciphertext:
        """What the practitioner talks about at the visit, for `Appointment.tell_practitioner`."""
        return self.key.encrypt(json.dumps(list(topics)), _topics_of(appointment))

    def encrypt_topics_of_entry(self, entry: uuid.UUID, topics: Sequence[str]) -> Ciphertext:
        """The same for who waits, for `WaitingListEntry.tell_practitioner`."""
        return self.key.encrypt(json.dumps(list(topics)), _topics_of_entry(entry))

    def topics_of_entry(self, entry: uuid.UUID, topics: Ciphertext) -> list[str]:
        """What the practitioner talks about at the visit that the entry waits for.

        Raises:
            UnreadableValue: the value was altered in the database.
        """
        read: list[str] = json.loads(self.key.decrypt(topics, _topics_of_entry(entry)))
        return read

    def encrypt_note(self, appointment: uuid.UUID, note: str) -> Ciphertext:
        """What the desk notes on a visit, for `Appointment.desk_note`."""
        return self.key.encrypt(note, _note_of(appointment))


async def add_patient(
    session: BookingSession, contact: Contact, *, language: str, note: str = "", now: datetime
) -> PatientKey:
    """Store the contact details of a booking, and the patient's note, under a data key of their own.

    Raises:
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    patient, key = uuid.uuid4(), await session.data_keys.new_key(now=now)
    index = await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX)
    name_key = await session.data_keys.clinic_key(KeyPurpose.NAME_INDEX)
    indexed = indexed_name(name_key, contact.name, patient, now)
    same_address = email_index(index, contact.email) if contact.email else None
    row = Patient(
        id=patient,
        data_key=key.id,
        name=key.encrypt(contact.name, _place("name", patient)),
        email=key.encrypt(contact.email, _place("email", patient)),
        phone=key.encrypt(contact.phone, _place("phone", patient)),
        contact_name=key.encrypt(contact.contact_name, _place("contact_name", patient))
        if contact.contact_name
        else None,
        note=key.encrypt(note, _place("note", patient)) if note else None,
        email_index=same_address,
        phone_index=phone_index(index, contact.phone) if contact.phone else None,
        name_index=indexed.same_name,
        language=language,
        no_reminders_since=same_address and await no_reminders_since(session, same_address),
        email_corrections=0,
        created_at=now,
    )
    await insert_rows(session, [row])
    await add_name_tokens(session, [indexed])
    return PatientKey(patient, key)


async def change_email(session: BookingSession, patient: uuid.UUID, email: str) -> bool:
    """Write to another address from now on; False where it was changed as often as it may.

    Whether the address wants reminders holds for this booking, too.

    Raises:
        NotFound: the patient is erased.
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    row = await session.get_one(Patient, patient, with_for_update=True, populate_existing=True)
    key = row.data_key and (await session.data_keys.keys_by_id([row.data_key]))[row.data_key]
    if not key:
        raise NotFound("There is no such patient (any more).")
    if row.email_corrections >= MOST_EMAIL_CORRECTIONS:
        return False
    index = email_index(await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX), email)
    row.no_reminders_since = await no_reminders_since(session, index)
    row.email, row.email_index = key.encrypt(email, _place("email", patient)), index
    row.email_corrections += 1
    await session.flush()
    return True


async def has_email(session: BookingSession, patient: uuid.UUID, email: str) -> bool:
    """Whether this is the patient's address, in whatever case."""
    key = await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX)
    row = await session.get_one(Patient, patient)
    return row.email_index is not None and hmac.compare_digest(row.email_index, email_index(key, email))


async def contacts_by_id(
    session: BookingSession, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, PatientContact]:
    """The contact details of patients, without those of erased ones.

    Raises:
        UnreadableValue: a detail was altered in the database.
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    rows = (await session.scalars(select(Patient).where(Patient.id.in_(ids)))).all()
    keys = await session.data_keys.keys_by_id([row.data_key for row in rows if row.data_key])
    contacts = {}
    for row in rows:
        key = keys[row.data_key] if row.data_key else None
        if key is None:
            continue  # Erased; in an older backup that was restored, its key is destroyed all the same.

        def decrypted(column: str, value: Ciphertext | None, row: Patient = row, key: DataKey = key) -> str:
            return key.decrypt(value or b"", _place(column, row.id))

        contacts[row.id] = PatientContact(
            name=decrypted("name", row.name),
            email=decrypted("email", row.email),
            phone=decrypted("phone", row.phone),
            contact_name=decrypted("contact_name", row.contact_name) if row.contact_name else "",
            id=row.id,
            language=row.language,
        )
    return contacts


async def notes_of_patients(session: BookingSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What patients wrote for their practitioner, of those who did. None of erased patients.

    Apart from their contact details, which go into mails and to features: this never does.

    Raises:
        UnreadableValue: a note was altered in the database.
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    query = select(Patient.id, Patient.data_key, Patient.note).where(
        Patient.id.in_(ids), Patient.data_key.is_not(None), Patient.note.is_not(None)
    )
    rows = (await session.execute(query)).all()
    keys = await session.data_keys.keys_by_id([key for _, key, _ in rows if key])
    return {
        patient: key.decrypt(note, _place("note", patient))
        for patient, key_id, note in rows
        if note is not None and key_id is not None and (key := keys[key_id]) is not None
    }


async def details_by_appointment(
    session: BookingSession, visits: Collection[EncryptedVisit]
) -> dict[uuid.UUID, VisitDetails]:
    """The details of visits, without those of erased patients.

    Raises:
        UnreadableValue: a detail was altered in the database.
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    keys = await session.data_keys.keys_by_id({each.data_key for each in visits if each.data_key})
    details = {}
    for appointment, patient, data_key, name, topics in visits:
        key = keys[data_key] if data_key else None
        if key is not None:
            talked = [] if topics is None else json.loads(key.decrypt(topics, _topics_of(appointment)))
            details[appointment] = VisitDetails(key.decrypt(name or b"", _place("name", patient)), talked)
    return details


async def patient_key(session: BookingSession, patient: uuid.UUID) -> PatientKey | None:
    """The key of a patient; None once the patient is erased.

    Raises:
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    row = await session.get_one(Patient, patient)
    key = row.data_key and (await session.data_keys.keys_by_id([row.data_key]))[row.data_key]
    return PatientKey(patient, key) if key else None


async def topics_by_appointment(
    session: BookingSession, appointments: Sequence[Appointment]
) -> dict[uuid.UUID, list[str]]:
    """What the practitioner talks about at each visit: slugs of screening questions. None of erased patients.

    Raises:
        UnreadableValue: a value was altered in the database.
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    keys = await _keys_by_patient(session, appointments)
    return {
        row.id: json.loads(key.decrypt(row.tell_practitioner, _topics_of(row.id)))
        for row in appointments
        if row.tell_practitioner is not None and (key := keys.get(row.patient)) is not None
    }


async def notes_by_appointment(
    session: BookingSession, appointments: Sequence[Appointment]
) -> dict[uuid.UUID, str]:
    """The desk's notes, of the visits that have one. None of erased patients.

    Raises:
        UnreadableValue: a value was altered in the database.
        KeyProblem: the data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    noted = [row for row in appointments if row.desk_note is not None]
    keys = await _keys_by_patient(session, noted)
    return {
        row.id: key.decrypt(row.desk_note, _note_of(row.id))
        for row in noted
        if row.desk_note is not None and (key := keys.get(row.patient)) is not None
    }


async def _keys_by_patient(
    session: BookingSession, appointments: Sequence[Appointment]
) -> dict[uuid.UUID, DataKey]:
    """The keys of the visits' patients, but of those that are erased."""
    query = select(Patient.id, Patient.data_key).where(
        Patient.id.in_({row.patient for row in appointments}), Patient.data_key.is_not(None)
    )
    key_ids = {patient: key_id for patient, key_id in await session.execute(query) if key_id}
    keys = await session.data_keys.keys_by_id(list(key_ids.values()))
    return {patient: key for patient, key_id in key_ids.items() if (key := keys[key_id]) is not None}


def _place(column: str, patient: uuid.UUID) -> Place:
    return Place(f"patients.{column}", patient)


def _topics_of(appointment: uuid.UUID) -> Place:
    return Place("appointments.tell_practitioner", appointment)


def _topics_of_entry(entry: uuid.UUID) -> Place:
    return Place("waiting_list_entries.tell_practitioner", entry)


def _note_of(appointment: uuid.UUID) -> Place:
    return Place("appointments.desk_note", appointment)
