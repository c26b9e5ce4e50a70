"""A clinic that reminds by text message, and its patients who have a number and no address."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from booking.appointments.by_staff.book import PhoneBookingRequest, book_by_staff, hold_by_staff
from booking.appointments.hold import HoldRequest
from booking.outbox.relay import OutboxRelay
from booking.sms.gateway import SmsGateway, TwilioGateway
from booking.sms.listener import sms_listener
from booking.storage.models.appointments import Appointment
from booking.storage.models.messages.sms import SmsMessage
from booking.storage.models.outbox import SMS_LISTENER
from tests.booking.appointments.by_staff.front_desk import RECEPTION
from tests.booking.reminders.reminded_clinic import DAY, RemindedClinic, reminding_clinic
from tests.booking.sms.loopback_gateway import ACCOUNT, SENDER, SITE, TOKEN, LoopbackGateway
from tests.support.clinics import NOW, edit_file

WEEK_BEFORE = NOW - 10 * DAY
NUMBER, E164 = "416 555 0123", "+14165550123"
REMINDER = (
    "Sample Clinic: your visit is on Tuesday, November 24, 9:00 a.m. "
    "Reply C to confirm, STOP for no more messages. Tel. 416.545.1881"
)


def texting_clinic(sms: str = "", *, reminders: str = "") -> str:
    text = edit_file({'languages = ["en"]': 'languages = ["en", "fr"]'}, reminding_clinic(reminders))
    return f"{text}\n[sms]\n{sms}\n"


def gateway_at(url: str) -> TwilioGateway:
    return TwilioGateway(url, ACCOUNT, TOKEN, SENDER)


@dataclass
class TextedClinic(RemindedClinic):
    """A process of its server, which hands messages over to `gateway`."""

    gateway: SmsGateway = field(kw_only=True)
    provider: LoopbackGateway = field(kw_only=True)

    def __post_init__(self) -> None:
        listener = sms_listener(self.database, self.gateway, site=SITE, clock=self.clock)
        self.relay = OutboxRelay(self.database, {SMS_LISTENER: listener}, clock=self.clock)

    async def texts(self) -> list[str]:
        """The texts that the provider gets now."""
        before = len(self.provider.taken)
        await self.deliver()
        await self.take_due()
        await self.deliver()
        return self.provider.texts[before:]

    async def log(self) -> list[SmsMessage]:
        async with self.database.read() as session:
            return list(await session.scalars(select(SmsMessage).order_by(SmsMessage.marked_at)))


async def book_by_phone(
    clinic: RemindedClinic,
    *times: datetime,
    who: str = "one",
    name: str = "Sample Caller",
    phone: str = NUMBER,
    language: str = "en",
    email: str = "",
) -> list[Appointment]:
    """Booked ten days before the tests' clock, each by itself."""
    rows: list[Appointment] = []
    for time in times:
        async with clinic.database.write() as session:
            request = HoldRequest("visit", time, who)
            token = (await hold_by_staff(session, request, only_practitioner=None, now=WEEK_BEFORE))[1]
            booking = await book_by_staff(
                session,
                PhoneBookingRequest([token], name=name, phone=phone, email=email, language=language),
                actor=RECEPTION,
                only_practitioner=None,
                now=WEEK_BEFORE,
            )
        rows += booking.appointments
    return rows
