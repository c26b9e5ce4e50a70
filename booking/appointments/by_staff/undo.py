"""Undo: brings back what a visit was before a member of the staff changed it, by the same use-cases.

For a few minutes, and only while nobody else has changed the visit. Screening is not asked again, and the
rulebook decides whether the former time can be had: it may be taken, or blocked, by then.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from booking.appointments.blocked_time.block import remove_block
from booking.appointments.blocked_time.desk_rows import actor_text
from booking.appointments.by_staff.change import ByStaff
from booking.appointments.cancel import book_again, cancel
from booking.appointments.lookup import lock_appointment
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.appointments.status import set_status
from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.storage.models.appointments import Appointment, CancellationReason
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.storage.models.desk.staff_changes import ChangeKind, StaffChange
from booking.storage.queries.desk.blocked_time import last_block_by
from booking.storage.queries.desk.staff_changes import continue_version, last_act
from booking.storage.session import BookingSession

UNDO_WINDOW = timedelta(minutes=5)


async def undoable(session: BookingSession, actor: Actor, *, now: datetime) -> Sequence[StaffChange]:
    """The changes that `undo_last` would undo: of one visit, or of all visits of a course; maybe none."""
    return await last_act(session, actor_text(actor), since=now - UNDO_WINDOW)


async def undoable_block(session: BookingSession, actor: Actor, *, now: datetime) -> BlockedTime | None:
    """The block that `undo_last` would remove, if it is the actor's last act: of a series all its days."""
    block = await last_block_by(session, actor_text(actor), since=now - UNDO_WINDOW)
    changes = await undoable(session, actor, now=now)
    is_last = block is not None and all(change.changed_at <= block.created_at for change in changes)
    return block if is_last else None


async def undo_last(
    session: BookingSession,
    actor: Actor,
    *,
    act: uuid.UUID | None = None,
    only_practitioner: str | None = None,
    now: datetime,
) -> Sequence[Appointment]:
    """Undo the last act of this member of the staff that is not undone, or with `act` that one.

    The `act` of a block is its id, and no visit changes with it. The patient of a visit hears
    of it if they heard, or were to hear, of what is undone.

    Raises:
        NotFound: there is nothing to undo (any more).
        ChangedMeanwhile: somebody else has changed the visit since.
        BookingError: the former time can't be had any more.
    """
    block = await undoable_block(session, actor, now=now)
    if block is not None and act in (None, block.id):
        if only_practitioner not in (None, block.practitioner):
            raise NotFound("There is nothing to undo any more.", path=("act",))
        await remove_block(session, block.id, whole_series=True, actor=actor, now=now)
        return []
    changes = await last_act(session, actor_text(actor), since=now - UNDO_WINDOW, act=act)
    if not changes:
        raise NotFound("There is nothing to undo any more.", path=("act",))
    rows = []
    for change in changes:
        staff = ByStaff(
            actor,
            change.version,
            notify=change.notify,
            squeeze_in=change.former_squeeze_in,
            only_practitioner=only_practitioner,
            moved_at=change.former_moved_at,
            confirmed_at=change.former_confirmed_at,
            is_undo=True,
        )
        row = await _undo(session, change, staff, now=now)
        await session.flush()
        change.undone_at = now
        await continue_version(session, row.id, change.former_version, row.version)
        rows.append(row)
    await session.flush()
    return rows


async def _undo(
    session: BookingSession, change: StaffChange, staff: ByStaff, *, now: datetime
) -> Appointment:
    match change.kind:
        case ChangeKind.BOOKED:
            reason = CancellationReason.OTHER
            return await cancel(session, None, change.appointment, staff=staff, reason=reason, now=now)
        case ChangeKind.MOVED:
            request = RescheduleRequest(
                None,
                change.former_starts_at,
                change.appointment,
                change.former_practitioner,
                change.former_location,
                staff=staff,
            )
            return await reschedule(session, request, now=now)
        case ChangeKind.CANCELLED:
            return await _book_again(session, change, staff, now=now)
        case ChangeKind.STATUS_SET:
            return await set_status(
                session,
                change.appointment,
                change.former_status,
                version=change.version,
                actor=staff.actor,
                only_practitioner=staff.only_practitioner,
                is_undo=True,
                now=now,
            )


async def _book_again(
    session: BookingSession, change: StaffChange, staff: ByStaff, *, now: datetime
) -> Appointment:
    row = await lock_appointment(session, None, change.appointment, owner=None, staff=staff)
    await book_again(session, row, change.former_status, actor=staff.actor, staff=staff, now=now)
    return row
