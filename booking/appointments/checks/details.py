"""Checks whom a booking is for: contact details and consent, as the patient typed or staff were told them."""

import re
import uuid
from dataclasses import dataclass
from typing import Protocol

from booking.appointments.checks.consent import check_consent, text_read_aloud
from booking.domain.actor import Actor
from booking.domain.contact import Contact, check_contact
from booking.domain.errors import ConsentRequired, InvalidInput, InvalidInputCode, NotFound
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.storage.models.catalogue.clinic import ConsentText
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.staff_changes import has_visit_with
from booking.storage.session import BookingSession

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
"""As far as RFC 5646 matters here; a language that the clinic lacks is read as its nearest or first one."""


@dataclass(frozen=True)
class StaffBooking:
    """Who of the staff books for a patient, and how.

    `patient` is one of an earlier booking, whose details are taken over where none are given. `consents`
    says that the patient agreed to the clinic's text, which staff read aloud. With `notify` they get a mail,
    if there is an address. With `only_practitioner` (slug) all else is unknown.
    """

    actor: Actor
    patient: uuid.UUID | None = None
    consents: bool = False
    notify: bool = True
    only_practitioner: str | None = None


class TypedDetails(Protocol):
    """What a request for a booking says about the patient."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def contact_name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def consent_text(self) -> str | None: ...
    @property
    def staff(self) -> StaffBooking | None: ...


@dataclass(frozen=True)
class CheckedDetails:
    """`consent_text` is what the patient agreed to; None where the clinic asks for no consent."""

    contact: Contact
    language: str
    consent_text: ConsentText | None


async def check_details(session: BookingSession, typed: TypedDetails) -> CheckedDetails:
    """The details as the clinic can use them.

    Raises:
        ConsentRequired: the consent that the clinic asks for is missing or outdated.
        NotFound: there is no such patient of an earlier booking.
        ExceptionGroup: of InvalidInput, one for each detail that can't be used, and of ConsentRequired.
    """
    clinic, staff = await get_clinic(session), typed.staff
    if typed.language and not LANGUAGE_TAG.fullmatch(typed.language):
        message = "Please write the language as a tag, like en or fr-CA."
        raise InvalidInput(message, path=("language",), code=InvalidInputCode.WRONG_FORMAT)
    name, email, phone, language = typed.name, typed.email, typed.phone, typed.language
    contact_name = typed.contact_name
    if staff is not None and staff.patient is not None:
        former = await _regular(session, staff.patient, staff.only_practitioner)
        name, email, phone = name or former.name, email or former.email, phone or former.phone
        language, contact_name = language or former.language, contact_name or former.contact_name
    language = language or clinic.languages[0]
    refusals: list[Exception] = []
    text = None
    try:
        if staff is None:
            text = await check_consent(session, typed.consent_text)
        else:
            text = await text_read_aloud(session, language, is_given=staff.consents)
    except ConsentRequired as refusal:
        refusals.append(refusal)
    try:
        contact = check_contact(
            name,
            email,
            phone,
            contact_name=contact_name,
            country=clinic.country,
            one_is_enough=staff is not None,
        )
    except ExceptionGroup as group:
        raise ExceptionGroup(group.message, [*group.exceptions, *refusals]) from group
    if refusals:
        raise refusals[0]
    return CheckedDetails(contact, language, text)


async def _regular(
    session: BookingSession, patient: uuid.UUID, only_practitioner: str | None
) -> PatientContact:
    contact = (await contacts_by_id(session, [patient])).get(patient)
    is_theirs = only_practitioner is None or await has_visit_with(session, patient, only_practitioner)
    if contact is None or not is_theirs:
        raise NotFound("There is no such patient (any more).", path=("patientId",))
    return contact
