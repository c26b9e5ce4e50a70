"""What became of a visit, as staff note it on its day: arrived, checked in, fulfilled, not come."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.appointments.by_staff.change import FormerVisit, record_undoable
from booking.appointments.lookup import check_version, lock_visit
from booking.audit.record import record_audit
from booking.domain.actor import Actor, ActorKind
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.events import Event, EventKind
from booking.reminders.plan import plan_reminders
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.audit import AuditAction
from booking.storage.models.desk.staff_changes import ChangeKind
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.outbox import record_event
from booking.storage.session import BookingSession

EVENTS: Mapping[AppointmentStatus, EventKind] = {
    AppointmentStatus.BOOKED: EventKind.REOPENED,
    AppointmentStatus.ARRIVED: EventKind.ARRIVED,
    AppointmentStatus.CHECKED_IN: EventKind.CHECKED_IN,
    AppointmentStatus.FULFILLED: EventKind.FULFILLED,
    AppointmentStatus.NOSHOW: EventKind.NOSHOW,
}
"""The statuses that can be set, in any order, with the event of each."""


async def set_status(
    session: BookingSession,
    appointment: uuid.UUID,
    status: AppointmentStatus,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
    only_practitioner: str | None = None,
    is_undo: bool = False,
) -> Appointment:
    """Note what became of the visit, or with BOOKED take that back. The status that it has changes nothing.

    `version` is the one that was seen; None takes any. With `only_practitioner` (slug) all other visits are
    unknown. Staff can undo it, unless it `is_undo` itself.

    Raises:
        NotFound: there is no such visit.
        ChangedMeanwhile: somebody has changed it since that version.
        InvalidInput: it was cancelled, its day is still to come, or the status is CANCELLED.
    """
    row = await lock_visit(session, appointment, only_practitioner=only_practitioner)
    if row.status is status:
        return row
    check_version(row, version)
    await _check_status(session, row, status, now=now)
    former = FormerVisit.of(row)
    row.status = status
    row.changed_at = row.status_changed_at = now
    await session.flush()
    await plan_reminders(session, [row], now=now)
    event = Event(uuid.uuid4(), EVENTS[status], (row.id,), now)
    await record_event(session, event, None, ordering_key=row.ordering_key)
    if actor.kind is ActorKind.STAFF and not is_undo:
        kind = ChangeKind.STATUS_SET
        record_undoable(session, kind, row, former, actor=actor, notify=False, act=event.id, now=now)
    detail = f"appointment {event.kind.name.lower().replace('_', ' ')}"
    await record_audit(session, actor, AuditAction.UPDATE, [row.patient], detail=detail, now=now)
    return row


async def _check_status(
    session: BookingSession, row: Appointment, status: AppointmentStatus, *, now: datetime
) -> None:
    if not row.stands:
        raise _refusal("This visit was cancelled.", InvalidInputCode.CONFLICT)
    if status not in EVENTS:
        raise _refusal("A visit is cancelled in another way.", InvalidInputCode.CONFLICT)
    zone = ZoneInfo((await get_clinic(session)).time_zone)
    is_early = now.astimezone(zone).date() < row.starts_at.astimezone(zone).date()
    if is_early and status is not AppointmentStatus.BOOKED:
        raise _refusal("The day of this visit is still to come.", InvalidInputCode.OUT_OF_RANGE)


def _refusal(message: str, code: InvalidInputCode) -> InvalidInput:
    return InvalidInput(message, path=("status",), code=code)
