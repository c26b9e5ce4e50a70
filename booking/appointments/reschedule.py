"""Moving a visit: the new time is owned before the old one is free, in one transaction."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from booking.appointments.idempotency import idempotent_request, lookup_outcome, save_outcome
from booking.appointments.lookup import lock_changeable_appointment
from booking.catalogue.lookup import all_services, check_practitioner
from booking.domain.errors import InvalidInput, TooLateToChange
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Step
from booking.domain.open_slot import OpenSlot
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.slots import SlotCriteria, open_slots_at
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.outbox import record_event
from booking.storage.queries.ticks import delete_expired, move_ticks, ticks_of_visit
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class RescheduleRequest:
    """`appointment` says which visit of a course; without `practitioner` it stays with the same one.

    Without `manage_token`, `owner` is the partner's key that booked it.
    """

    manage_token: str | None
    starts_at: datetime
    appointment: uuid.UUID | None = None
    practitioner: str | None = None
    owner: str | None = None
    idempotency_key: str | None = None


async def reschedule(session: BookingSession, request: RescheduleRequest, *, now: datetime) -> Appointment:
    """Refuses with a BookingError, and then the visit stands as it was."""
    who = request.manage_token, request.appointment
    visit = await lock_changeable_appointment(session, *who, owner=request.owner, now=now)
    intended = idempotent_request(
        "reschedule", request.idempotency_key, replace(request, idempotency_key=None)
    )
    if await lookup_outcome(session, intended, now=now):
        return visit
    if visit.status is AppointmentStatus.CANCELLED:
        message = "This visit was cancelled. Please book a new one."
        raise TooLateToChange(message, deadline=visit.changed_at)
    to = await check_practitioner(session, request.practitioner) or visit.practitioner
    if visit.course and to != visit.practitioner:
        message = "All visits of a course are with one practitioner."
        raise InvalidInput(message, path=("practitionerId",))
    service = (await all_services(session))[visit.service]
    wish = SlotCriteria(service, to)
    slot = (await open_slots_at(session, wish, request.starts_at, now=now, ignoring=visit.id))[0]

    await save_outcome(session, intended, visit.id, now=now)
    before = OpenSlot(visit.service, visit.practitioner, visit.location, visit.starts_at, visit.ends_at)
    if slot == before:
        return visit  # Nobody needs to hear of that.
    await delete_expired(session, [to], now=now)
    await move_ticks(session, visit.id, to, ticks_of_visit(service, slot.starts_at))
    visit.practitioner, visit.location = slot.practitioner, slot.location
    visit.starts_at, visit.ends_at = slot.starts_at, slot.ends_at
    visit.changed_at = now
    visit.sequence += 1
    await session.flush()
    await run_booking_rules(session, Step.MOVE, service, [visit], now=now, booked_by=visit.booked_by)
    event = Event(uuid.uuid4(), EventKind.MOVED, (visit.id,), now, before.starts_at)
    await record_event(session, event, request.manage_token)
    return visit
