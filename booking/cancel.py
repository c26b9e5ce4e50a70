"""Cancelling a visit. Twice is once."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booking.change import changeable_visit
from booking.events import Event, EventKind
from booking.storage import claims, outbox
from booking.storage.tables import Appointment, AppointmentStatus


async def cancel(
    session: AsyncSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None = None,
    now: datetime,
) -> Appointment:
    """Refuses with a BookingError; on return the time is free for others."""
    visit = await changeable_visit(session, manage_token, appointment, owner=owner, now=now)
    if visit.status is not AppointmentStatus.CANCELLED:
        await claims.free(session, visit.id)
        visit.status = AppointmentStatus.CANCELLED
        visit.changed_at = now
        visit.sequence += 1
        event = Event(uuid.uuid4(), EventKind.CANCELLED, (visit.id,), now)
        await outbox.record(session, event, manage_token)
    return visit
