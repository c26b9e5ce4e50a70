"""The listener that sends a patient the mail about an event."""

from booking.domain.events import Event
from booking.domain.hookspecs import Listener
from booking.notifications.message import compose_mail
from booking.notifications.smtp import MailServer
from booking.outbox.relay import Clock
from booking.storage.database import Database


def mail_listener(database: Database, server: MailServer, *, site: str, clock: Clock) -> Listener:
    """`site` is where our pages are, like `https://booking.example.com`."""

    async def send_mail(event: Event, manage_token: str | None) -> None:
        async with database.read() as session:
            now = await clock(session)
            message = await compose_mail(session, event, site=site, manage_token=manage_token, now=now)
        if message is not None:
            await server.send(message)

    return send_mail
