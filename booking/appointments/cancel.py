"""Cancelling an appointment, and booking it again when that is undone. Repeating either changes nothing."""

import uuid
from datetime import datetime

from booking.appointments.by_staff.change import ByStaff, FormerVisit, record_change
from booking.appointments.checks.resources import own_time
from booking.appointments.lookup import check_day, check_deadline, lock_appointment
from booking.audit.record import record_audit
from booking.catalogue.lookup import all_services
from booking.domain.actor import Actor
from booking.domain.errors import TooLateToChange
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Step
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.resources import resources_needed
from booking.scheduling.slots import open_slots_at
from booking.storage.models.appointments import Appointment, AppointmentStatus, CancellationReason
from booking.storage.models.audit import AuditAction
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.ticks import delete_expired, release_ticks
from booking.storage.session import BookingSession


async def cancel(
    session: BookingSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None = None,
    staff: ByStaff | None = None,
    reason: CancellationReason | None = None,
    actor: Actor | None = None,
    now: datetime,
) -> Appointment:
    """Cancel an appointment; again, it stays cancelled. On return its time is free for others.

    `owner` is the partner's key that booked it. `actor` is who cancels it for the patient; None is the
    patient, and then the reason is theirs. `staff` cancel until the day of the visit is over.

    Raises:
        BookingError: there is no such appointment, or it is too late to change it.
    """
    row = await lock_appointment(session, manage_token, appointment, owner=owner, staff=staff)
    if staff is not None:
        await check_day(session, row, now=now)
        await cancel_appointment(session, row, reason=reason, actor=staff.actor, staff=staff, now=now)
        return row
    await check_deadline(session, row, to_cancel=True, now=now)
    if actor is None:
        reason = CancellationReason.PATIENT
    await cancel_appointment(session, row, manage_token, reason=reason, actor=actor, now=now)
    return row


async def cancel_appointment(
    session: BookingSession,
    row: Appointment,
    manage_token: str | None = None,
    *,
    reason: CancellationReason | None = None,
    actor: Actor | None,
    staff: ByStaff | None = None,
    now: datetime,
) -> None:
    """Cancel it whatever the clinic's notice and its status are: the clinic itself may."""
    if row.stands:
        former = FormerVisit.of(row)
        await release_ticks(session, row.id)
        row.status, row.cancellation_reason = AppointmentStatus.CANCELLED, reason
        row.changed_at = row.status_changed_at = now
        row.sequence += 1
        event = Event(uuid.uuid4(), EventKind.CANCELLED, (row.id,), now)
        await record_change(session, event, row, former, by=staff, manage_token=manage_token)
        await record_audit(
            session, actor, AuditAction.UPDATE, [row.patient], detail="appointment cancelled", now=now
        )


async def undo_cancellation(
    session: BookingSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None = None,
    actor: Actor | None = None,
    now: datetime,
) -> Appointment:
    """Book a visit again that its patient cancelled a short while ago; one that stands stays as it is.

    `owner` and `actor` are as for `cancel`. On return the time is the visitor's again.

    Raises:
        TooLateToChange: the grace is over, the visit would have begun, or somebody else cancelled it.
        BookingError: there is no such appointment, or its time can't be had any more.
    """
    row = await lock_appointment(session, manage_token, appointment, owner=owner)
    if row.stands:
        return row
    deadline = row.undo_deadline((await get_clinic(session)).policy)
    if deadline is None or now > deadline:
        message = "It is too late to undo this. Please book a new visit, or call us."
        raise TooLateToChange(message, deadline=deadline or row.changed_at)
    await book_again(session, row, AppointmentStatus.BOOKED, manage_token, actor=actor, now=now)
    return row


async def book_again(
    session: BookingSession,
    row: Appointment,
    status: AppointmentStatus,
    manage_token: str | None = None,
    *,
    actor: Actor | None,
    staff: ByStaff | None = None,
    now: datetime,
) -> None:
    """Give a cancelled visit, which is locked, its time and the status that it had.

    Notice, horizon and the grid of starts have judged this time before, and don't bind it again.

    Raises:
        BookingError: the time is taken, blocked, or nobody may deliver the service then any more.
    """
    former, service = FormerVisit.of(row), (await all_services(session))[row.service]
    criteria = SlotCriteria(service, row.practitioner, row.location, True, row.squeeze_in)
    await delete_expired(session, [row.practitioner], await resources_needed(session, service), now=now)
    await open_slots_at(session, criteria, row.starts_at, now=now)
    await own_time(session, service, row, expires_at=None, now=now)
    row.status, row.cancellation_reason = status, None
    row.changed_at = row.status_changed_at = now
    row.sequence += 1
    await session.flush()
    await run_booking_rules(session, Step.MOVE, service, [row], now=now, booked_by=row.booked_by)
    event = Event(uuid.uuid4(), EventKind.BOOKED, (row.id,), now)
    await record_change(session, event, row, former, by=staff, manage_token=manage_token)
    await record_audit(
        session, actor, AuditAction.UPDATE, [row.patient], detail="appointment booked again", now=now
    )
