"""The listener that sends a patient the mail about an event."""

from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol

from booking.background import Clock
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Listener
from booking.notifications.message import compose_mail
from booking.reminders.plan import reminder_rules
from booking.storage.database import Database
from booking.storage.queries.reminders import give_back_reminders


class TakesMails(Protocol):
    """As `MailServer`."""

    @property
    def sender(self) -> Address:
        """Of all mails that go through it."""

    async def send(self, message: EmailMessage) -> None: ...


def mail_listener(database: Database, server: TakesMails, *, site: str, clock: Clock) -> Listener:
    """`site` is where our pages are, like `https://booking.example.com`."""

    async def send_mail(event: Event, manage_token: str | None) -> None:
        async with database.read() as session:
            now = await clock(session)
            quiet_until = None
            if event.kind is EventKind.REMINDER_DUE:
                quiet_until = (await reminder_rules(session)).quiet_until(now)
        if quiet_until is not None:
            # An attempt of the day has failed. It is taken again after the quiet hours.
            async with database.write() as session:
                await give_back_reminders(session, event.id, due_at=quiet_until)
            return
        async with database.read() as session:
            message = await compose_mail(
                session,
                event,
                site=site,
                sender=server.sender.addr_spec,
                manage_token=manage_token,
                now=now,
            )
        if message is not None:
            await server.send(message)

    return send_mail
