"""Mails to the staff about changes of visits: who chose which, and what has happened."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from booking.domain.events import Event
from booking.storage.models.desk.staff_changes import StaffChange
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from booking.storage.models.staff.notices import StaffNotices
from booking.storage.session import BookingSession


async def notices_of(session: BookingSession, member: uuid.UUID) -> StaffNotices | None:
    """The member's choice; None if they hear of nothing."""
    return await session.get(StaffNotices, member, populate_existing=True)


async def events_beside(session: BookingSession, event: Event, listener: str) -> Sequence[Event]:
    """All events of the same visit or course that this listener gets or got, this one too, in order."""
    key = select(OutboxEvent.ordering_key).where(OutboxEvent.id == event.id).scalar_subquery()
    query = (
        select(OutboxEvent)
        .join(OutboxDelivery, OutboxDelivery.event == OutboxEvent.id)
        .where(OutboxEvent.ordering_key == key, OutboxDelivery.listener == listener)
        .order_by(OutboxEvent.position)
    )
    return [row.event for row in await session.scalars(query)]


async def actor_of(session: BookingSession, event: Event) -> str | None:
    """The member of the staff who made the change or undid one, as text; None if a patient or partner did."""
    undone = StaffChange.appointment.in_(event.appointments) & (StaffChange.undone_at == event.occurred_at)
    query = select(StaffChange.actor).where((StaffChange.act == event.id) | undone).limit(1)
    return await session.scalar(query)


async def postpone_delivery(
    session: BookingSession, event: uuid.UUID, listener: str, *, due_at: datetime
) -> None:
    """Make a delivery that was claimed due later, as if for the first time."""
    claimed = (OutboxDelivery.event == event, OutboxDelivery.listener == listener)
    await session.execute(update(OutboxDelivery).where(*claimed).values(due_at=due_at, attempts=0))
