"""What a patient answers to a text message: C confirms, STOP ends, START allows again."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking.domain.contact import parse_phone
from booking.domain.translations import in_language
from booking.encryption.contact_index import phone_index
from booking.i18n.locales import texts_for
from booking.i18n.negotiation import preferred_language
from booking.reminders.confirm import confirm_visits
from booking.sms.listener import clinic_day
from booking.sms.reply import SmsReply, reply_text
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.messages.sms import SmsKind
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.messages.sms import (
    allow_sms,
    count_sms,
    has_received_sms,
    language_of_number,
    receive_sms,
    refuse_sms,
    refuses_sms,
    texted_visits,
)
from booking.storage.session import BookingSession

WORDS = {
    SmsKind.CONFIRM: {"C", "CONFIRM", "CONFIRMED", "CONFIRME", "CONFIRMER", "Y", "YES", "OUI"},
    SmsKind.STOP: {
        *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        *("ARRET", "ARRETER", "ARRETEZ", "DESABONNER", "DESABONNEMENT"),
    },
    SmsKind.START: {"START", "UNSTOP", "DEBUT", "DEMARRER", "REPRENDRE"},
}
"""In capitals, without accents. Those of Twilio, which obeys them by itself, are among those of STOP."""
ONE_REPLY_IN = timedelta(days=1)


@dataclass(frozen=True)
class InboundSms:
    """`gateway_id` is the same when the gateway tells of the message again.

    `is_answered`: the gateway has obeyed STOP or START, and replied to it.
    """

    gateway_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    is_answered: bool = False


async def answer_sms(session: BookingSession, sms: InboundSms, *, now: datetime) -> str | None:
    """Do what the message asks for, and return the reply; None for no reply, and for one that came before.

    The text is kept nowhere.
    """
    clinic = await get_clinic(session)
    phone = _number(sms.sender, clinic)
    if phone is None:
        return None
    index = phone_index(await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX), phone)
    kind = kind_of(sms.text)
    if not await receive_sms(session, sms.gateway_id, index, kind, now=now):
        return None
    language = await _language_of(session, index, clinic)
    reply = await _obey(session, kind, index, sms, now=now)
    if reply is None or sms.is_answered or await _is_refused(session, index, kind):
        return None
    if not await count_sms(session, clinic_day(clinic, now), most=clinic.sms_most_a_day or 0):
        return None
    texts = texts_for(language, default=clinic.languages[0])
    name = in_language(clinic.name, preferred_language(language, clinic.languages))
    return reply_text(texts, reply, clinic=name, phone=clinic.phone_shown)


def kind_of(text: str) -> SmsKind:
    """By the whole text without accents, punctuation and case: a sentence with such a word is another."""
    plain = unicodedata.normalize("NFKD", text).upper()
    letters = "".join(char for char in plain if char.isalnum() or char.isspace()).strip()
    return next((kind for kind, words in WORDS.items() if letters in words), SmsKind.OTHER)


async def _obey(
    session: BookingSession,
    kind: SmsKind,
    index: bytes,
    sms: InboundSms,
    *,
    now: datetime,
) -> SmsReply | None:
    match kind:
        case SmsKind.STOP:
            await refuse_sms(session, index, now=now)
            return SmsReply.STOPPED
        case SmsKind.START:
            await allow_sms(session, index)
            return SmsReply.STARTED
        case SmsKind.CONFIRM:
            if await _confirm(session, index, now=now):
                return SmsReply.CONFIRMED
    # Once a day, so that two machines don't answer each other for ever.
    others = [SmsKind.OTHER, SmsKind.CONFIRM]
    has_heard = await has_received_sms(session, index, others, now - ONE_REPLY_IN, but=sms.gateway_id)
    return None if has_heard else SmsReply.CALL


async def _confirm(session: BookingSession, index: bytes, *, now: datetime) -> bool:
    """Confirm the visits that the last message has reminded of, if they can only be one person's."""
    texted = await texted_visits(session, index, now=now)
    if len({each.patient.name_index or each.patient.id for each in texted}) != 1:
        return False
    rows = [each.visit for each in texted if each.message.id == texted[0].message.id]
    await confirm_visits(session, rows, {row.id: row.starts_at for row in rows}, now=now)
    return True


async def _is_refused(session: BookingSession, index: bytes, kind: SmsKind) -> bool:
    """Whether a reply would go to somebody who wants none; STOP itself is confirmed once."""
    return kind is not SmsKind.STOP and await refuses_sms(session, index)


async def _language_of(session: BookingSession, index: bytes, clinic: Clinic) -> str:
    """Of the last booking with this number; the clinic's own if there is none."""
    return await language_of_number(session, index) or clinic.languages[0]


def _number(sender: str, clinic: Clinic) -> str | None:
    try:
        return parse_phone(sender, clinic.country)
    except ValueError:
        return None  # A short code, or a name.
