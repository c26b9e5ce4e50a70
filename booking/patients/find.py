"""Finds a person's bookings: by e-mail or phone, through the blind indexes, or by a visit's reference."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError
from sqlalchemy import select

from booking.domain.contact import parse_email, parse_phone, trim
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.encryption.contact_index import email_index, phone_index
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class PatientCriteria:
    """One of them names the person. An e-mail address or a phone number is as somebody would type it."""

    email: str | None = None
    phone: str | None = None
    reference: str | None = None
    patient: uuid.UUID | None = None


async def find_patients(session: BookingSession, criteria: PatientCriteria) -> Sequence[PatientContact]:
    """The bookings of a person, the earliest first, without erased ones: each has a contact of its own.

    Raises:
        InvalidInput: the address or the number can't be one, or nothing names the person.
        UnreadableValue, KeyProblem, TryAgain: the data can't be read.
    """
    query = select(Patient.id).order_by(Patient.created_at, Patient.id)
    if criteria.email is not None:
        query = query.where(Patient.email_index == await index_of_email(session, criteria.email))
    elif criteria.phone is not None:
        query = query.where(Patient.phone_index == await index_of_phone(session, criteria.phone))
    elif criteria.reference is not None:
        by_reference = select(Appointment.patient).where(
            Appointment.reference == criteria.reference.strip().upper()
        )
        query = query.where(Patient.id.in_(by_reference))
    elif criteria.patient is not None:
        query = query.where(Patient.id == criteria.patient)
    else:
        raise InvalidInput(
            "Please name the patient: by e-mail address, phone number, reference or id.",
            code=InvalidInputCode.REQUIRED,
        )
    ids = (await session.scalars(query)).all()
    contacts = await contacts_by_id(session, ids)
    return [contacts[patient] for patient in ids if patient in contacts]


async def index_of_email(session: BookingSession, typed: str) -> bytes:
    try:
        email = parse_email(trim(typed)).normalized
    except EmailNotValidError as reason:
        raise InvalidInput(
            "This is no e-mail address.", path=("email",), code=InvalidInputCode.WRONG_FORMAT
        ) from reason
    return email_index(await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX), email)


async def index_of_phone(session: BookingSession, typed: str) -> bytes:
    try:
        phone = parse_phone(typed, (await get_clinic(session)).country)
    except ValueError:
        phone = None
    if phone is None:
        raise InvalidInput(
            "This is no phone number. Please give it with its area code.",
            path=("phone",),
            code=InvalidInputCode.WRONG_FORMAT,
        )
    return phone_index(await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX), phone)
