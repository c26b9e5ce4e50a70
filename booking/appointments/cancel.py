"""Cancelling a visit. Twice is once."""

import uuid
from datetime import datetime

from booking.appointments.lookup import lock_changeable_appointment
from booking.domain.events import Event, EventKind
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.outbox import record_event
from booking.storage.queries.ticks import release_ticks
from booking.storage.session import BookingSession


async def cancel(
    session: BookingSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None = None,
    now: datetime,
) -> Appointment:
    """Refuses with a BookingError; on return the time is free for others."""
    visit = await lock_changeable_appointment(session, manage_token, appointment, owner=owner, now=now)
    if visit.status is not AppointmentStatus.CANCELLED:
        await release_ticks(session, visit.id)
        visit.status = AppointmentStatus.CANCELLED
        visit.changed_at = now
        visit.sequence += 1
        event = Event(uuid.uuid4(), EventKind.CANCELLED, (visit.id,), now)
        await record_event(session, event, manage_token)
    return visit
