"""Other times that were offered for visits that can't take place."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select

from booking.storage.models.desk.offered_times import OfferedTime
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
