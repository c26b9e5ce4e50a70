"""Moving an appointment: the new time is owned before the old one is free, in one transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from booking.appointments.idempotency import idempotent_request, lookup_outcome, save_outcome
from booking.appointments.lookup import lock_changeable_appointment
from booking.appointments.screening import check_screening
from booking.catalogue.lookup import all_services, check_location, check_practitioner
from booking.domain.errors import InvalidInput, TooLateToChange
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Step
from booking.domain.screening import Answer
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import open_slots_at
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.outbox import record_event
from booking.storage.queries.ticks import delete_expired, move_ticks, ticks_of_appointment
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class RescheduleRequest:
    """`appointment` names one of a course; it stays with its practitioner and at its location unless
    others are named (slugs).

    Without `manage_token`, `owner` is the partner's key that booked it. `answers`, by slug of the screening
    question, are needed where the new time is too long after the answers of the booking.
    """

    manage_token: str | None
    starts_at: datetime
    appointment: uuid.UUID | None = None
    practitioner: str | None = None
    location: str | None = None
    owner: str | None = None
    idempotency_key: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)


async def reschedule(session: BookingSession, request: RescheduleRequest, *, now: datetime) -> Appointment:
    """Move an appointment to another open slot. On return that time belongs to the visitor.

    Raises:
        BookingError: the time isn't open, it is too late, or screening answers are missing or block; the
            appointment stands as it was.
    """
    appointment = await lock_changeable_appointment(
        session, request.manage_token, request.appointment, owner=request.owner, now=now
    )
    repeatable = idempotent_request(
        "reschedule",
        request.idempotency_key,
        replace(request, idempotency_key=None, answers={}),
        sorted(request.answers.items()),
    )
    if await lookup_outcome(session, repeatable, now=now):
        return appointment
    if appointment.status is AppointmentStatus.CANCELLED:
        message = "This visit was cancelled. Please book a new one."
        raise TooLateToChange(message, deadline=appointment.changed_at)
    practitioner = await check_practitioner(session, request.practitioner) or appointment.practitioner
    if appointment.course and practitioner != appointment.practitioner:
        message = "All visits of a course are with one practitioner."
        raise InvalidInput(message, path=("practitionerId",))
    service = (await all_services(session))[appointment.service]
    location = await check_location(session, request.location) or appointment.location
    criteria = SlotCriteria(service, practitioner, location)
    slot = (await open_slots_at(session, criteria, request.starts_at, now=now, ignoring=appointment.id))[0]

    await save_outcome(session, repeatable, appointment.id, now=now)
    former = appointment.slot
    if slot == former:
        return appointment  # Nothing moved, so there is no event.
    policy = (await get_clinic(session)).policy
    if request.answers or policy.needs_new_screening(slot.starts_at, answered_at=appointment.created_at):
        appointment.tell_practitioner = list(await check_screening(session, service.slug, request.answers))
    await delete_expired(session, [practitioner], now=now)
    await move_ticks(session, appointment.id, practitioner, ticks_of_appointment(service, slot.starts_at))
    appointment.practitioner, appointment.location = slot.practitioner, slot.location
    appointment.starts_at, appointment.ends_at = slot.starts_at, slot.ends_at
    appointment.changed_at = now
    appointment.sequence += 1
    appointment.impossible_since = None
    await session.flush()
    await run_booking_rules(
        session, Step.MOVE, service, [appointment], now=now, booked_by=appointment.booked_by
    )
    event = Event(uuid.uuid4(), EventKind.MOVED, (appointment.id,), now, former.starts_at, former.location)
    await record_event(session, event, request.manage_token, ordering_key=appointment.ordering_key)
    return appointment
