"""A front desk at work: staff who move, cancel and undo, and the mails that patients get about it."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking.appointments.by_staff.change import ByStaff
from booking.appointments.by_staff.undo import undo_last
from booking.appointments.cancel import cancel
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.actor import Actor, ActorKind
from booking.domain.events import Event, EventKind
from booking.notifications.message import compose_mail
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, CancellationReason
from booking.storage.models.outbox import MAIL_LISTENER, OutboxDelivery, OutboxEvent
from booking.storage.queries.outbox import claim_deliveries, register_listeners, settle_delivery
from tests.booking.notifications.bookings import SENDER, SITE, make_booking, text_of
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic

RECEPTION = Actor(ActorKind.STAFF, "reception", "192.0.2.1")
OTHER = Actor(ActorKind.STAFF, "other", "192.0.2.2")
NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TEN, ELEVEN = NINE + HOUR, NINE + 2 * HOUR
CLINIC = small_clinic(
    policy={"cancellation_notice": "3 days", "slot_step": "30 min"},
    practitioners=practitioner("one", "09:00-12:00") + practitioner("two", "09:00-12:00"),
)
WEBHOOK = "webhook:1"


async def open_desk(database: Database, text: str = CLINIC) -> None:
    """A clinic whose server sends mails, and webhooks to one endpoint."""
    await open_clinic(database, text)
    async with database.write() as session:
        await register_listeners(session, [MAIL_LISTENER, WEBHOOK])


async def visit(database: Database, at: datetime = NINE, who: str = "one") -> uuid.UUID:
    """A visit that was booked online, and whose mail is sent."""
    booking = await make_booking(database, at, service="visit", practitioner=who)
    await mails(database, at=NOW)
    return booking.appointments[0].id


async def move(
    database: Database,
    appointment: uuid.UUID,
    to: datetime,
    *,
    at: datetime = NOW,
    who: str | None = None,
    actor: Actor = RECEPTION,
    **how: Any,
) -> Appointment:
    request = RescheduleRequest(None, to, appointment, who, staff=ByStaff(actor, **how))
    async with database.write() as session:
        return await reschedule(session, request, now=at)


async def call_off(
    database: Database,
    appointment: uuid.UUID,
    *,
    at: datetime = NOW,
    actor: Actor = RECEPTION,
    **how: Any,
) -> Appointment:
    staff, reason = ByStaff(actor, **how), CancellationReason.CLINIC
    async with database.write() as session:
        return await cancel(session, None, appointment, staff=staff, reason=reason, now=at)


async def undo(
    database: Database, *, at: datetime = NOW, actor: Actor = RECEPTION, **how: Any
) -> Sequence[Appointment]:
    async with database.write() as session:
        return await undo_last(session, actor, now=at, **how)


async def stored(database: Database, appointment: uuid.UUID) -> Appointment:
    async with database.read() as session:
        return await session.get_one(Appointment, appointment)


async def mails(database: Database, *, at: datetime) -> list[tuple[EventKind, str]]:
    """The kind and the text of each mail that is due; they are sent by that."""
    sent = []
    async with database.write() as session:
        while due := await claim_deliveries(session, MAIL_LISTENER, now=at, until=at + HOUR, limit=9):
            for each in due:
                mail = await compose_mail(
                    session, each.event, site=SITE, sender=SENDER, manage_token=each.manage_token, now=at
                )
                await settle_delivery(session, each, delivered_at=at, again_at=None)
                if mail is not None:
                    sent.append((each.event.kind, text_of(mail)))
    return sent


async def heard(database: Database) -> list[Event]:
    """What other systems were told at once, in order."""
    query = (
        select(OutboxEvent)
        .join(OutboxDelivery, OutboxDelivery.event == OutboxEvent.id)
        .where(OutboxDelivery.listener == WEBHOOK, OutboxDelivery.due_at == OutboxEvent.occurred_at)
        .order_by(OutboxEvent.occurred_at, OutboxEvent.position)
    )
    async with database.read() as session:
        return [
            Event(row.id, row.kind, tuple(map(uuid.UUID, row.appointments)), row.occurred_at, row.moved_from)
            for row in await session.scalars(query)
        ]
