"""The listener that reminds a patient without an e-mail address by a text message."""

import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.background import Clock
from booking.catalogue.lookup import all_services, location_zones
from booking.domain.contact import takes_text_messages
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Listener, PermanentFailure, TemporaryFailure
from booking.domain.translations import in_language
from booking.encryption.contact_index import phone_index
from booking.i18n.locales import texts_for
from booking.i18n.negotiation import preferred_language
from booking.patients.contacts import contacts_by_id
from booking.reminders.plan import reminder_rules
from booking.sms.gateway import GatewayAnswer, OutboundSms, Outcome, SmsGateway
from booking.sms.reminder import TextedTime, reminder_text
from booking.sms.segments import segments_of
from booking.storage.database import Database
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.messages.sms import SmsMessage, SmsStatus
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.messages.sms import (
    count_sms,
    forget_sms,
    refuse_sms,
    refuses_sms,
    sms_about,
    sms_by_id,
    uncount_sms,
)
from booking.storage.queries.reminders import give_back_reminders, reminded_appointments
from booking.storage.session import BookingSession
from booking.timegrid.quiet_hours import on_the_wall

log = logging.getLogger("book_online")

REFUSED_BY_RECIPIENT = "21610"
"""Twilio's code for a number that has answered STOP to it."""
STATUS_PATH = "/sms/status"


@dataclass(frozen=True)
class PreparedSms:
    """A message that may leave now: whose it is, and until when it is of use."""

    patient: uuid.UUID
    phone: str = field(repr=False)
    phone_index: bytes = field(repr=False)
    text: str = field(repr=False)
    visit_starts_at: datetime


@dataclass(frozen=True)
class SmsReminders:
    """Hands each message over once at most: it is marked in a transaction of its own before.

    A process that dies between the two, or a gateway whose answer got lost, leaves a message that counts as
    sent. Its status callback tells what became of it.
    """

    database: Database
    gateway: SmsGateway
    site: str
    clock: Clock

    async def send(self, event: Event, _manage_token: str | None) -> None:
        if event.kind is not EventKind.REMINDER_DUE:
            return
        async with self.database.write() as session:
            now = await self.clock(session)
            prepared = await prepare_sms(session, event, now=now)
            if prepared is None:
                return
            quiet_until = (await reminder_rules(session)).quiet_until(now)
            if quiet_until is not None:
                await give_back_reminders(session, event.id, due_at=quiet_until)
                return
            clinic = await get_clinic(session)
            day = clinic_day(clinic, now)
            if not await count_sms(session, day, most=clinic.sms_most_a_day or 0):
                raise TemporaryFailure(
                    f"{clinic.sms_most_a_day} text messages have left today: no more may (sms.most_a_day)"
                )
            message = SmsMessage(
                id=uuid.uuid4(),
                event=event.id,
                patient=prepared.patient,
                phone_index=prepared.phone_index,
                status=SmsStatus.MARKED,
                segments=segments_of(prepared.text).count,
                marked_at=now,
                status_changed_at=now,
            )
            session.add(message)
        answer = await self.gateway.send(
            OutboundSms(
                prepared.phone,
                prepared.text,
                f"{self.site}{STATUS_PATH}?message={message.id}",
                prepared.visit_starts_at - now,
            )
        )
        await self._settle(message.id, prepared, answer, day)

    async def _settle(
        self, message: uuid.UUID, prepared: PreparedSms, answer: GatewayAnswer, day: datetime
    ) -> None:
        async with self.database.write() as session:
            now = await self.clock(session)
            if answer.outcome is Outcome.NOT_NOW:
                await forget_sms(session, message)
                await uncount_sms(session, day)
            elif (row := await sms_by_id(session, message)) is not None and row.status is SmsStatus.MARKED:
                # Else a callback was faster than the answer, or the patient is erased.
                row.status, row.status_changed_at = STATUS_OF[answer.outcome], now
                row.error_code = answer.code
            if answer.code == REFUSED_BY_RECIPIENT:
                await refuse_sms(session, prepared.phone_index, now=now)
        match answer.outcome:
            case Outcome.NOT_NOW:
                raise TemporaryFailure(f"the SMS gateway took no message: {_said(answer)}")
            case Outcome.REFUSED if answer.code != REFUSED_BY_RECIPIENT:
                raise PermanentFailure(f"the SMS gateway refused the message: {_said(answer)}")
            case Outcome.UNKNOWN:
                log.warning(
                    "text message %s may have been sent, and is not sent again: %s", message, _said(answer)
                )


STATUS_OF = {
    Outcome.TAKEN: SmsStatus.ACCEPTED,
    Outcome.REFUSED: SmsStatus.FAILED,
    Outcome.UNKNOWN: SmsStatus.UNKNOWN,
}


def sms_listener(database: Database, gateway: SmsGateway, *, site: str, clock: Clock) -> Listener:
    """`site` is where the gateway's callbacks reach this server, like `https://booking.example.com`."""
    return SmsReminders(database, gateway, site, clock).send


async def prepare_sms(session: BookingSession, event: Event, *, now: datetime) -> PreparedSms | None:
    """The message about the event, as the visits are now; None if nobody is to get one.

    None, too, if it has been marked before: what became of it then doesn't matter.
    """
    clinic = await get_clinic(session)
    if clinic.sms_most_a_day is None or await sms_about(session, event.id) is not None:
        return None
    visits = [row for row in await reminded_appointments(session, event.id) if row.starts_at > now]
    contact = (await contacts_by_id(session, [visits[0].patient])).get(visits[0].patient) if visits else None
    if contact is None or contact.email or not takes_text_messages(contact.phone):
        return None
    index = phone_index(await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX), contact.phone)
    if await refuses_sms(session, index):
        return None
    texts = texts_for(contact.language, default=clinic.languages[0])
    language = preferred_language(contact.language, clinic.languages)
    services, zones = await all_services(session), await location_zones(session)
    times = [
        TextedTime(
            row.starts_at.astimezone(zones[row.location]),
            in_language(services[row.service].name, language) if clinic.sms_names_service else "",
        )
        for row in visits
    ]
    text = reminder_text(
        texts,
        clinic=in_language(clinic.name, language),
        phone=clinic.phone_shown,
        times=times,
        is_confirmed=all(row.confirmed_at for row in visits),
    )
    return PreparedSms(contact.id, contact.phone, index, text, visits[0].starts_at)


def clinic_day(clinic: Clinic, now: datetime) -> datetime:
    """When today began on the clinic's clock."""
    zone = ZoneInfo(clinic.time_zone)
    return on_the_wall(now.astimezone(zone).date(), timedelta(0), zone)


def _said(answer: GatewayAnswer) -> str:
    return f"{answer.problem}, code {answer.code}" if answer.code else answer.problem
