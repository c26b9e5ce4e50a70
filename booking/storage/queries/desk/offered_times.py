"""Other times that were offered for visits that can't take place."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select

from booking.domain.events import Event
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.desk.offered_times import OfferedTime
from booking.storage.models.outbox import MAIL_LISTENER, OutboxDelivery, OutboxListener
from booking.storage.queries.outbox import record_event_for, token_place
from booking.storage.session import BookingSession


async def offered_times_of(session: BookingSession, event: uuid.UUID) -> dict[uuid.UUID, list[OfferedTime]]:
    """The times in the mail of this event, by appointment, in order of time."""
    query = select(OfferedTime).where(OfferedTime.event == event).order_by(OfferedTime.starts_at)
    offered: dict[uuid.UUID, list[OfferedTime]] = {}
    for time in await session.scalars(query):
        offered.setdefault(time.appointment, []).append(time)
    return offered


async def last_offers(
    session: BookingSession, appointments: Collection[uuid.UUID]
) -> dict[uuid.UUID, datetime]:
    """When other times were last offered, by appointment for which they were."""
    query = select(OfferedTime.appointment, func.max(OfferedTime.offered_at).label("offered_at"))
    query = query.where(OfferedTime.appointment.in_(appointments)).group_by(OfferedTime.appointment)
    return {row.appointment: row.offered_at for row in await session.execute(query)}


async def forget_offers(session: BookingSession, appointments: Collection[uuid.UUID]) -> None:
    await session.execute(delete(OfferedTime).where(OfferedTime.appointment.in_(appointments)))


async def sends_mails(session: BookingSession) -> bool:
    """Whether a server of the clinic has ever sent mails: those of an offer would be sent, or wait."""
    return await session.get(OutboxListener, MAIL_LISTENER) is not None


async def record_offer(
    session: BookingSession, event: Event, manage_token: str, *, ordering_key: uuid.UUID
) -> None:
    """Record an event that is due to the mails alone, with the secret of the link in its mail."""
    await record_event_for(session, event, [MAIL_LISTENER], ordering_key=ordering_key)
    await session.flush()
    delivery = await session.get_one(OutboxDelivery, (event.id, MAIL_LISTENER))
    key = await session.data_keys.clinic_key(KeyPurpose.MANAGE_TOKEN)
    delivery.manage_token = key.encrypt(manage_token, token_place(event.id))
