"""Consent: checks that a patient agreed to the clinic's present text, and stores it with the booking."""

import uuid
from datetime import datetime

from booking.catalogue.lookup import all_consent_texts
from booking.domain.errors import ConsentRequired
from booking.i18n.negotiation import preferred_language
from booking.storage.base import insert_rows
from booking.storage.models.catalogue.clinic import ConsentText
from booking.storage.models.consents import Consent
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession

OUTDATED = "The clinic's text has changed. Please show the new one, and send its id once the patient agrees."


async def check_consent(session: BookingSession, key: str | None) -> ConsentText | None:
    """The text of this key, which the patient agreed to; None where the clinic asks for no consent.

    Raises:
        ConsentRequired: no text, or not the one that the clinic asks for now.
    """
    version = (await get_clinic(session)).consent_version
    if version is None:
        return None
    if not key:
        raise ConsentRequired
    text = (await all_consent_texts(session)).get(key)
    if text is None or text.version != version:
        raise ConsentRequired(OUTDATED, is_outdated=True)
    return text


async def text_read_aloud(session: BookingSession, language: str, *, is_given: bool) -> ConsentText | None:
    """The clinic's present text, in the patient's language if there is one; None if it asks for no consent.

    Raises:
        ConsentRequired: the patient has not agreed to it.
    """
    clinic = await get_clinic(session)
    if clinic.consent_version is None:
        return None
    if not is_given:
        raise ConsentRequired
    texts = (await all_consent_texts(session)).values()
    by_language = {text.language: text for text in texts if text.version == clinic.consent_version}
    return by_language.get(language) or by_language[preferred_language(language, clinic.languages)]


async def record_consent(
    session: BookingSession, text: ConsentText, patient: uuid.UUID, *, by_phone: bool, now: datetime
) -> None:
    """Store the consent, in the transaction of the booking."""
    given = {"given_at": now, "by_phone": by_phone}
    row = Consent(patient=patient, version=text.version, language=text.language, **given)
    await insert_rows(session, [row])
