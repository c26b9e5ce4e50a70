"""Moving an appointment: the new time is owned before the old one is free, in one transaction."""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.appointments.by_staff.change import ByStaff, FormerVisit, record_change
from booking.appointments.checks.resources import give_slot
from booking.appointments.checks.screening import screen_again
from booking.appointments.hold import HoldRequest, turn_to_hold
from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.appointments.lookup import changeable_appointment, check_day, check_deadline, lock_appointment
from booking.audit.record import record_audit
from booking.catalogue.lookup import all_services, longest_visit
from booking.domain.actor import Actor
from booking.domain.errors import (
    BookingError,
    InvalidInput,
    InvalidInputCode,
    NotFound,
    NotOpen,
    SlotTaken,
    TooLateToChange,
    TryAgain,
)
from booking.domain.hookspecs import Step
from booking.domain.open_slot import OpenSlot, RequestedTime
from booking.domain.screening import Answer
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.criteria import SlotCriteria, criteria_to_move
from booking.scheduling.slots import open_slots_at
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.audit import AuditAction
from booking.storage.models.holds import Hold
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.ticks import (
    release_ticks,
)
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import first_instant
from booking.timegrid.ticks import DAY


@dataclass(frozen=True)
class RescheduleRequest:
    """`appointment` names one of a course; it stays with its practitioner and at its location unless
    others are named (slugs).

    Without `manage_token`, `owner` is the partner's key that booked it, or `staff` the member of the staff
    who asks: clients can't set it, and notice, horizon, the grid of starts and the deadline don't bind it.
    `answers`, by slug of the screening question, are needed where the new time is too long after the answers
    of the booking.
    """

    manage_token: str | None
    starts_at: datetime
    appointment: uuid.UUID | None = None
    practitioner: str | None = None
    location: str | None = None
    owner: str | None = None
    idempotency_key: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    answered_again: bool = False
    """Whether other screening answers of this client were refused a short while ago."""
    staff: ByStaff | None = field(default=None, repr=False)
    offered: Hold | None = field(default=None, repr=False)
    """A hold of the waiting list, whose time it is: the move takes it over. Clients can't set it."""


@asynccontextmanager
async def turn_to_move(
    database: Database, request: RescheduleRequest, *, now: datetime
) -> AsyncIterator[None]:
    """The request's turn among all for the same time, as `turn_to_hold`; `reschedule` decides in it.

    Raises:
        BookingError: the time isn't open; all who ask for it share this refusal.
        TryAgain: the turn did not come in time.
    """
    async with AsyncExitStack() as stack:
        if time := await _time_elsewhere(database, request, now=now):
            try:
                await stack.enter_async_context(turn_to_hold(database, time, now=now))
            except (SlotTaken, NotOpen):
                # Looked up after the refusal: this very request, sent before, may have moved the visit.
                async with database.read() as session:
                    if not await lookup_outcome(session, _idempotent_request(request), now=now):
                        raise
            except TryAgain:
                raise
            except BookingError:
                pass  # A visit may be moved although its service is withdrawn: `reschedule` decides.
        yield


async def _time_elsewhere(
    database: Database, request: RescheduleRequest, *, now: datetime
) -> HoldRequest[datetime] | None:
    """The requested time as any other client could ask for it.

    None where the visit's own time is in its way, and where it can't be moved at all: `reschedule` says why.
    """
    if request.staff is not None:
        return None
    async with database.read() as session:
        try:
            row = await changeable_appointment(
                session, request.manage_token, request.appointment, owner=request.owner
            )
            await check_deadline(session, row, now=now)
        except BookingError:
            return None
        service = (await all_services(session))[row.service]
        longest = max(row.ends_at - row.starts_at, await longest_visit(session, service))
        travel_time = (await get_clinic(session)).policy.travel_time
    length = service.buffer_before + longest + service.buffer_after
    is_near = abs(request.starts_at - row.starts_at) < length + travel_time
    practitioner = request.practitioner or row.practitioner
    is_refused = not row.stands or (row.course is not None and practitioner != row.practitioner)
    location = request.location or row.location
    if is_near and not is_refused:
        await database.before_hold(
            [RequestedTime(row.service, request.starts_at, practitioner, location)], now
        )
    if is_near or is_refused:
        return None
    return HoldRequest(row.service, request.starts_at, practitioner, location)


async def reschedule(
    session: BookingSession, request: RescheduleRequest, *, actor: Actor | None = None, now: datetime
) -> Appointment:
    """Move an appointment to another open slot. On return that time belongs to the visitor.

    `actor` is who moves it for the patient; None is the patient.

    Raises:
        BookingError: the time isn't open, it is too late, or screening answers are missing or block; the
            appointment stands as it was.
    """
    staff = request.staff
    appointment = await lock_appointment(
        session, request.manage_token, request.appointment, owner=request.owner, staff=staff
    )
    repeatable = _idempotent_request(request)
    if await lookup_outcome(session, repeatable, now=now):
        return appointment  # Whatever the deadline: the visit may have been moved to a time within it.
    await (check_deadline if staff is None else check_day)(session, appointment, now=now)
    if not appointment.stands:
        message = "This visit was cancelled. Please book a new one."
        raise TooLateToChange(message, deadline=appointment.changed_at)
    wanted = await criteria_to_move(session, appointment, request.practitioner, request.location)
    service, practitioner = wanted.service, wanted.practitioner or appointment.practitioner
    if staff is not None:
        await _check_staff_move(session, appointment, request.starts_at, practitioner, staff)
    offered = request.offered
    criteria = replace(
        wanted,
        practitioner=practitioner,
        location=wanted.location or appointment.location,
        by_staff=staff is not None,
        from_waiting_list=offered is not None,
    )
    if offered is not None:
        await release_ticks(session, offered.id)
    slot, is_beside = await _open_slot(
        session,
        criteria,
        request.starts_at,
        squeeze_in=staff is not None and staff.squeeze_in,
        now=now,
        notice_from=offered.created_at if offered else None,
    )
    await save_outcome(session, repeatable, appointment.id, now=now)
    if slot == appointment.slot and is_beside == appointment.squeeze_in:
        return appointment  # Nothing moved, so there is no event.
    former = FormerVisit.of(appointment)
    policy = (await get_clinic(session)).policy
    is_screened = staff is not None and staff.is_undo
    is_late = policy.needs_new_screening(slot.starts_at, answered_at=appointment.created_at)
    with session.no_autoflush:  # One change of the row raises its version by one.
        if request.answers or (is_late and not is_screened):
            await screen_again(session, [appointment], request.answers, request.answered_again)
        appointment.squeeze_in = is_beside
        await give_slot(session, appointment, service, slot, now=now)
        if staff is not None:
            appointment.confirmed_at = staff.confirmed_at
            if staff.is_undo and slot.starts_at != former.starts_at:
                appointment.moved_at = staff.moved_at
    await session.flush()
    await run_booking_rules(
        session, Step.MOVE, service, [appointment], now=now, booked_by=appointment.booked_by
    )
    event = former.moved_event([appointment], now=now)
    await record_change(session, event, appointment, former, by=staff, manage_token=request.manage_token)
    actor = staff.actor if staff else actor
    await record_audit(
        session, actor, AuditAction.UPDATE, [appointment.patient], detail="appointment moved", now=now
    )
    return appointment


async def _open_slot(
    session: BookingSession,
    criteria: SlotCriteria,
    starts_at: datetime,
    *,
    squeeze_in: bool,
    now: datetime,
    notice_from: datetime | None,
) -> tuple[OpenSlot, bool]:
    """The slot, and whether it is a squeeze-in, since the time itself is taken."""
    try:
        slots = await open_slots_at(session, criteria, starts_at, now=now, notice_from=notice_from)
        return slots[0], False
    except SlotTaken:
        if not squeeze_in:
            raise
    beside = replace(criteria, squeeze_in=True)
    return (await open_slots_at(session, beside, starts_at, now=now))[0], True


async def _check_staff_move(
    session: BookingSession, row: Appointment, starts_at: datetime, practitioner: str, staff: ByStaff
) -> None:
    if staff.only_practitioner not in (None, practitioner):
        raise NotFound("This is another practitioner's time.", path=("practitionerId",))
    zone = ZoneInfo((await get_clinic(session)).time_zone)
    # `starts_at` may be an instant that has no day in the zone.
    day = row.starts_at.astimezone(zone).date()
    is_same_day = first_instant(day, zone) <= starts_at < first_instant(day + DAY, zone)
    is_over = row.status in (AppointmentStatus.FULFILLED, AppointmentStatus.NOSHOW)
    if is_over or (row.status is not AppointmentStatus.BOOKED and not is_same_day):
        message = "This visit has a status of its day. Please take that back first."
        raise InvalidInput(message, path=("status",), code=InvalidInputCode.CONFLICT)


def _idempotent_request(request: RescheduleRequest) -> IdempotentRequest | None:
    return idempotent_request(
        "reschedule",
        request.idempotency_key,
        replace(request, idempotency_key=None, answers={}, answered_again=False),
        sorted(request.answers.items()),
    )
