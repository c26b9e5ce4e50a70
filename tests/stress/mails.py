"""No mail about a booking is lost, though the servers that send them are killed."""

import asyncio
import uuid

from sqlalchemy import select

from booking.domain.events import EventKind
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from tests.booking.notifications.mailbox import Mailbox
from tests.stress.killing import AtTheEnd
from tests.stress.stage import Stage

SITE = "https://booking.example.com"
LONGEST_SECONDS = 180


def environment(box: Mailbox) -> dict[str, str]:
    """What servers are told, so that their mails come here."""
    return {
        "BOOK_ONLINE_MAIL_URL": box.url,
        "BOOK_ONLINE_MAIL_FROM": "Sample Clinic <bookings@example.com>",
        "BOOK_ONLINE_SITE": SITE,
    }


def every_booking_is_mailed(box: Mailbox, *, patiently: bool) -> AtTheEnd:
    """Each appointment's mail has come, or is still to be sent.

    Patiently: until all are sent. What a killed server had begun is due again after a minute.
    """

    async def check(stage: Stage) -> list[str]:
        database = Database(stage.url)
        try:
            if patiently:
                await _all_sent(database)
            return await _missing(database, box)
        finally:
            await database.close()

    return check


async def _all_sent(database: Database) -> None:
    is_due = select(OutboxDelivery.event).where(OutboxDelivery.due_at.is_not(None)).limit(1)
    async with asyncio.timeout(LONGEST_SECONDS):
        while True:
            async with database.read() as session:
                if await session.scalar(is_due) is None:
                    return
            await asyncio.sleep(0.5)


async def _missing(database: Database, box: Mailbox) -> list[str]:
    async with database.read() as session:
        # Of what was cancelled at once, only the cancellation may have been mailed.
        stands = Appointment.status == AppointmentStatus.BOOKED
        booked = set(await session.scalars(select(Appointment.id).where(stands)))
        query = select(OutboxEvent, OutboxDelivery).join(
            OutboxDelivery, OutboxDelivery.event == OutboxEvent.id
        )
        told = (await session.execute(query.where(OutboxEvent.kind == EventKind.BOOKED))).all()
    arrived = {str(message["Message-ID"]).strip("<>").partition("@")[0] for message in box.messages}
    safe: set[uuid.UUID] = set()
    for event, delivery in told:
        if str(event.id) in arrived or delivery.due_at is not None:
            safe |= {uuid.UUID(visit) for visit in event.appointments}
    return [f"the mail about {visit} is lost" for visit in booked - safe]
