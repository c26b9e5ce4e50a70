"""No mail about a booking is lost, though the servers that send them are killed."""

import asyncio
import uuid

from sqlalchemy import select

from booking.domain.events import EventKind
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from tests.booking.notifications.mailbox import Mailbox
from tests.stress.deployment import Deployment
from tests.stress.scenarios.kills import FinalCheck
from tests.support.databases import open_database

SITE = "https://booking.example.com"
SENT_SECONDS = 180


def environment(box: Mailbox) -> dict[str, str]:
    """Settings that send the servers' mails to the box."""
    return {
        "BOOK_ONLINE_MAIL_URL": box.url,
        "BOOK_ONLINE_MAIL_FROM": "Sample Clinic <bookings@example.com>",
        "BOOK_ONLINE_SITE": SITE,
    }


def every_booking_is_mailed(box: Mailbox, *, until_sent: bool) -> FinalCheck:
    """Each appointment's mail has come, or is still to be sent.

    `until_sent` waits until all are sent. A killed server's delivery is due again after a minute.
    """

    async def check(deployment: Deployment) -> list[str]:
        database = open_database(deployment.url)
        try:
            if until_sent:
                await wait_until_sent(database)
            return await _missing(database, box)
        finally:
            await database.close()

    return check


async def wait_until_sent(database: Database, *, within: float = SENT_SECONDS) -> None:
    """Until nothing is left to deliver; TimeoutError if that takes too long (seconds)."""
    is_due = select(OutboxDelivery.event).where(OutboxDelivery.due_at.is_not(None)).limit(1)
    async with asyncio.timeout(within):
        while True:
            async with database.read() as session:
                if await session.scalar(is_due) is None:
                    return
            await asyncio.sleep(0.5)


async def _missing(database: Database, box: Mailbox) -> list[str]:
    async with database.read() as session:
        # Of what was cancelled at once, only the cancellation may have been mailed.
        is_booked = Appointment.status == AppointmentStatus.BOOKED
        booked = set(await session.scalars(select(Appointment.id).where(is_booked)))
        query = select(OutboxEvent, OutboxDelivery).join(
            OutboxDelivery, OutboxDelivery.event == OutboxEvent.id
        )
        deliveries = (await session.execute(query.where(OutboxEvent.kind == EventKind.BOOKED))).all()
    arrived = {str(message["Message-ID"]).strip("<>").partition("@")[0] for message in box.messages}
    mailed: set[uuid.UUID] = set()
    for event, delivery in deliveries:
        if str(event.id) in arrived or delivery.due_at is not None:
            mailed |= {uuid.UUID(appointment) for appointment in event.appointments}
    return [f"the mail about {appointment} is lost" for appointment in booked - mailed]
