"""Marks booked visits that can't take place, until they are moved or cancelled, or can take place again."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from booking.appointments.blocked_time.reassign import reassign_resources
from booking.domain.events import Event, EventKind
from booking.scheduling.obstacles import AppointmentObstacle, find_obstacles
from booking.storage.queries.appointments import upcoming_appointments
from booking.storage.queries.outbox import record_event
from booking.storage.session import BookingSession


async def mark_impossible_visits(
    session: BookingSession, *, now: datetime, practitioner: str | None = None
) -> Sequence[AppointmentObstacle]:
    """Set `impossible_since` by the rulebook of this moment, of all visits or of one practitioner's.

    A visit whose room was withdrawn gets another first, where one is free.
    A visit that became impossible has one event, however often this is called.
    """
    await reassign_resources(session, now=now, practitioner=practitioner)
    obstacles = await find_obstacles(session, now=now, practitioner=practitioner)
    impossible = {obstacle.appointment.id for obstacle in obstacles}
    for appointment in await upcoming_appointments(session, now, practitioner=practitioner):
        if appointment.id not in impossible:
            appointment.impossible_since = None
        elif appointment.impossible_since is None:
            appointment.impossible_since = now
            event = Event(uuid.uuid4(), EventKind.NEEDS_ATTENTION, (appointment.id,), now)
            await record_event(session, event, None, ordering_key=appointment.ordering_key)
    await session.flush()
    return obstacles
