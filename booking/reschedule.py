"""Moving a visit: the new time is owned before the old one is free, in one transaction."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue, once
from booking.change import changeable_visit
from booking.errors import InvalidInput, TooLateToChange
from booking.events import Event, EventKind
from booking.find_slots import Wish, who_is_free
from booking.guests import follow_rules
from booking.hooks import Step
from booking.open_slot import OpenSlot
from booking.storage import claims, outbox
from booking.storage.tables import Appointment, AppointmentStatus


@dataclass(frozen=True)
class MoveRequest:
    """`appointment` says which visit of a course; without `practitioner` it stays with the same one.

    Without `manage_token`, `owner` is the partner's key that booked it.
    """

    manage_token: str | None
    starts_at: datetime
    appointment: uuid.UUID | None = None
    practitioner: str | None = None
    owner: str | None = None
    idempotency_key: str | None = None


async def reschedule(session: AsyncSession, request: MoveRequest, *, now: datetime) -> Appointment:
    """Refuses with a BookingError, and then the visit stands as it was."""
    who = request.manage_token, request.appointment
    visit = await changeable_visit(session, *who, owner=request.owner, now=now)
    intended = once.intention("reschedule", request.idempotency_key, replace(request, idempotency_key=None))
    if await once.recall(session, intended, now=now):
        return visit
    if visit.status is AppointmentStatus.CANCELLED:
        message = "This visit was cancelled. Please book a new one."
        raise TooLateToChange(message, deadline=visit.changed_at)
    to = await catalogue.practitioner(session, request.practitioner) or visit.practitioner
    if visit.course and to != visit.practitioner:
        message = "All visits of a course are with one practitioner."
        raise InvalidInput(message, path=("practitionerId",))
    service = (await catalogue.services(session))[visit.service]
    wish = Wish(service, to)
    slot = (await who_is_free(session, wish, request.starts_at, now=now, ignoring=visit.id))[0]

    await once.remember(session, intended, visit.id, now=now)
    before = OpenSlot(visit.service, visit.practitioner, visit.location, visit.starts_at, visit.ends_at)
    if slot == before:
        return visit  # Nobody needs to hear of that.
    await claims.make_room(session, [to], now=now)
    await claims.move(session, visit.id, to, claims.ticks_of(service, slot.starts_at))
    visit.practitioner, visit.location = slot.practitioner, slot.location
    visit.starts_at, visit.ends_at = slot.starts_at, slot.ends_at
    visit.changed_at = now
    visit.sequence += 1
    await session.flush()
    await follow_rules(session, Step.MOVE, service, [visit], now=now, booked_by=visit.booked_by)
    event = Event(uuid.uuid4(), EventKind.MOVED, (visit.id,), now, before.starts_at)
    await outbox.record(session, event, request.manage_token)
    return visit
