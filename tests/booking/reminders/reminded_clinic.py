"""A clinic that reminds its patients, and its mail server, by a clock that stands still."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage

from sqlalchemy import select

from booking.domain.hookspecs import TemporaryFailure
from booking.notifications.listener import mail_listener
from booking.outbox.relay import OutboxRelay
from booking.reminders.worker import remind
from booking.storage.database import Database
from booking.storage.models.appointments import Reminder
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.session import BookingSession
from tests.support.clinics import NOW, practitioner, small_clinic

SITE = "https://booking.example.com"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FOUR = datetime.fromisoformat("2026-11-23T16:00:00-05:00")
"""Monday afternoon in Toronto, when reminders are due."""
NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")
PRACTITIONERS = practitioner("one", "09:00-12:00") + practitioner("two", "00:00-24:00")


def reminding_clinic(reminders: str = "", *, service: str = "", practitioners: str = PRACTITIONERS) -> str:
    clinic = small_clinic(practitioners=practitioners, service=service, policy={"slot_step": "30 min"})
    return f"{clinic}\n[reminders]\n{reminders}\n"


@dataclass
class SentMails:
    """In place of the mail server: it takes every mail, unless it is down or the process ends."""

    taken: list[EmailMessage] = field(default_factory=list)
    is_down: bool = False
    sender: Address = field(default_factory=lambda: Address("", "bookings", "example.com"))

    async def send(self, message: EmailMessage) -> None:
        if self.is_down:
            raise TemporaryFailure("the mail server is down")
        self.taken.append(message)


@dataclass
class RemindedClinic:
    """What a server does while it runs, step by step."""

    database: Database
    now: datetime = NOW
    server: SentMails = field(default_factory=SentMails)

    def __post_init__(self) -> None:
        listener = mail_listener(self.database, self.server, site=SITE, clock=self.clock)
        self.relay = OutboxRelay(self.database, {MAIL_LISTENER: listener}, clock=self.clock)

    async def clock(self, _session: BookingSession) -> datetime:
        return self.now

    async def take_due(self) -> None:
        await remind(self.database, now=self.now)

    async def deliver(self) -> list[EmailMessage]:
        """The mails that leave now."""
        before = len(self.server.taken)
        while await self.relay.deliver_due():
            pass
        return self.server.taken[before:]

    async def reminders(self) -> list[EmailMessage]:
        """The reminders that leave now, after all else that waits."""
        await self.deliver()
        await self.take_due()
        return [mail for mail in await self.deliver() if mail["Subject"].startswith("Reminder")]

    async def waiting(self) -> list[datetime]:
        """When those are due that nobody has taken."""
        query = select(Reminder.due_at).where(Reminder.taken_at.is_(None)).order_by(Reminder.due_at)
        async with self.database.read() as session:
            return list(await session.scalars(query))
