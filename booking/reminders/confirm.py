"""Confirming visits: the patient says that they will come, at the time that they saw."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from booking.domain.events import Event, EventKind
from booking.domain.tokens import hash_of
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.appointments import appointments_by_manage_token
from booking.storage.queries.desk.staff_changes import others_listen
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.outbox import record_event
from booking.storage.session import BookingSession


async def confirm(
    session: BookingSession, manage_token: str, seen: Mapping[uuid.UUID, datetime], *, now: datetime
) -> Sequence[Appointment]:
    """Confirm those visits of the link that are still at the time that the patient saw; which it changed.

    Confirming again changes nothing, and so does confirming what was moved or cancelled, or has begun. A move
    takes the confirmation back.
    """
    rows = await appointments_by_manage_token(session, hash_of(manage_token))
    return await confirm_visits(session, [row for row in rows if row.id in seen], seen, now=now)


async def confirm_visits(
    session: BookingSession,
    rows: Sequence[Appointment],
    seen: Mapping[uuid.UUID, datetime],
    *,
    now: datetime,
) -> Sequence[Appointment]:
    """`confirm`, for a patient who is known otherwise than by a link."""
    await lock_schedules(session, {row.practitioner for row in rows})
    for row in rows:
        await session.refresh(row, with_for_update=True)
    confirmed = [row for row in rows if row.starts_at == seen[row.id] and _can_be_confirmed(row, now)]
    for row in confirmed:
        row.confirmed_at = now
    await session.flush()
    if confirmed:
        event = Event(uuid.uuid4(), EventKind.CONFIRMED, tuple(row.id for row in confirmed), now)
        if await others_listen(session):
            await record_event(session, event, None, ordering_key=confirmed[0].ordering_key, mail=False)
    return confirmed


def _can_be_confirmed(row: Appointment, now: datetime) -> bool:
    is_coming = row.status is AppointmentStatus.BOOKED and row.starts_at > now
    return is_coming and row.impossible_since is None and row.confirmed_at is None
