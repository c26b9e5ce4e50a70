"""Cancelling an appointment. Cancelling it again changes nothing."""

import uuid
from datetime import datetime

from booking.appointments.by_staff.change import ByStaff, FormerVisit, record_change
from booking.appointments.lookup import check_day, check_deadline, lock_appointment
from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.domain.events import Event, EventKind
from booking.storage.models.appointments import Appointment, AppointmentStatus, CancellationReason
from booking.storage.models.audit import AuditAction
from booking.storage.queries.ticks import release_ticks
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
    await check_deadline(session, row, now=now)
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
