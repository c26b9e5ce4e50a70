"""Cancelling an appointment. Cancelling it again changes nothing."""

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
    """Cancel an appointment; again, it stays cancelled. On return its time is free for others.

    Raises:
        BookingError: there is no such appointment, or it is too late to change it.
    """
    row = await lock_changeable_appointment(session, manage_token, appointment, owner=owner, now=now)
    if row.status is not AppointmentStatus.CANCELLED:
        await release_ticks(session, row.id)
        row.status = AppointmentStatus.CANCELLED
        row.changed_at = now
        row.sequence += 1
        event = Event(uuid.uuid4(), EventKind.CANCELLED, (row.id,), now)
        await record_event(session, event, manage_token, ordering_key=row.ordering_key)
    return row
