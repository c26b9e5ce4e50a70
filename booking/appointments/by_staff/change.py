"""A change of a visit by a member of the staff: as it is asked for, and as it is recorded."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from booking.appointments.blocked_time.desk_rows import actor_text
from booking.appointments.by_staff.delayed_mail import ToldVisit, announce, announce_booking, withdraw_mail
from booking.appointments.checks.details import StaffBooking
from booking.domain.actor import Actor
from booking.domain.events import Event, EventKind
from booking.reminders.plan import plan_reminders
from booking.scheduling.resources import practitioners_sharing
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.desk.staff_changes import ChangeKind, StaffChange
from booking.storage.queries.desk.staff_changes import others_listen
from booking.storage.queries.outbox import record_event
from booking.storage.queries.waiting_list import note_openings
from booking.storage.session import BookingSession

KINDS = {
    EventKind.BOOKED: ChangeKind.BOOKED,
    EventKind.MOVED: ChangeKind.MOVED,
    EventKind.CANCELLED: ChangeKind.CANCELLED,
}


@dataclass(frozen=True)
class ByStaff:
    """Who of the staff asks for a change, and how.

    `version` is the one that they saw; None takes any. With `notify` the patient gets a mail, unless the
    change is undone within minutes. With `squeeze_in` a taken time is no refusal while there is room beside
    it. With `only_practitioner` (slug) all other visits are unknown.
    """

    actor: Actor
    version: int | None = None
    notify: bool = True
    squeeze_in: bool = False
    only_practitioner: str | None = None
    moved_at: datetime | None = None
    """Since when the visit had the time that an undo brings back, unless since its booking."""
    confirmed_at: datetime | None = None
    """When the patient had confirmed the time that an undo brings back."""
    is_undo: bool = False
    """Whether this brings a former state back, which was screened and can't be undone in turn."""


@dataclass(frozen=True)
class FormerVisit:
    """What a change replaces."""

    version: int
    status: AppointmentStatus
    practitioner: str
    location: str
    starts_at: datetime
    squeeze_in: bool
    moved_at: datetime | None
    confirmed_at: datetime | None

    @classmethod
    def of(cls, row: Appointment) -> Self:
        return cls(
            row.version,
            row.status,
            row.practitioner,
            row.location,
            row.starts_at,
            bool(row.squeeze_in),
            row.moved_at,
            row.confirmed_at,
        )

    def moved_event(self, rows: Sequence[Appointment], *, now: datetime) -> Event:
        """The event of these rows, as they are now; this is what the first of them was."""
        return Event(
            uuid.uuid4(),
            EventKind.MOVED,
            tuple(row.id for row in rows),
            now,
            self.starts_at,
            self.location,
            moved_from_practitioner=self.practitioner if self.practitioner != rows[0].practitioner else None,
        )


async def record_bookings(
    session: BookingSession,
    event: Event,
    rows: Sequence[Appointment],
    manage_token: str,
    *,
    staff: StaffBooking | None,
    has_email: bool,
) -> None:
    """Record the event of visits that were booked, and plan their reminders; see `record_change`."""
    key, now = rows[0].ordering_key, event.occurred_at
    await plan_reminders(session, rows, is_new=True, now=now)
    if staff is None:
        await record_event(session, event, manage_token, ordering_key=key)
        return
    await _tell_others(session, event, key)
    if staff.notify and has_email:
        await announce_booking(session, rows, manage_token, now=now)
    for row in rows:
        former = replace(FormerVisit.of(row), version=-1)
        record_undoable(
            session,
            ChangeKind.BOOKED,
            row,
            former,
            actor=staff.actor,
            notify=staff.notify,
            act=event.id,
            now=now,
        )


async def record_change(
    session: BookingSession,
    event: Event,
    row: Appointment,
    former: FormerVisit,
    *,
    by: ByStaff | None,
    manage_token: str | None,
    mail: bool = True,
) -> None:
    """Record the event of a visit that was moved, cancelled or booked again, in the change's transaction, and
    plan its reminders anew.

    All others hear of it at once. The patient does of a move that they or a partner made (`by` is None),
    unless the caller sends a `mail` about more; of what can be undone some minutes later, if at all.
    """
    await session.flush()
    await plan_reminders(session, [row], now=event.occurred_at)
    opened = await practitioners_sharing(session, row.service, former.practitioner)
    await note_openings(session, opened, due_at=event.occurred_at)
    if by is None and (event.kind is EventKind.MOVED or not mail):
        await withdraw_mail(session, row.id)
        await record_event(session, event, manage_token, ordering_key=row.ordering_key, mail=mail)
        return
    await _tell_others(session, event, row.ordering_key, None if by else manage_token)
    stood = former.status is not AppointmentStatus.CANCELLED
    told = ToldVisit(former.starts_at, former.practitioner, former.location) if stood else None
    notify = by is None or by.notify
    await announce(session, row, told, notify=notify, manage_token=manage_token, now=event.occurred_at)
    if by is not None and not by.is_undo:
        kind = KINDS[event.kind]
        record_undoable(
            session, kind, row, former, actor=by.actor, notify=by.notify, act=event.id, now=event.occurred_at
        )


async def _tell_others(
    session: BookingSession, event: Event, ordering_key: uuid.UUID, manage_token: str | None = None
) -> None:
    """Record the event for all but the patient; where nobody else listens, it would be an unheard one."""
    if await others_listen(session):
        await record_event(session, event, manage_token, ordering_key=ordering_key, mail=False)


def record_undoable(
    session: BookingSession,
    kind: ChangeKind,
    row: Appointment,
    former: FormerVisit,
    *,
    actor: Actor,
    notify: bool,
    act: uuid.UUID,
    now: datetime,
) -> None:
    """Record what the visit was before, so that the actor can undo the change. The visit is flushed."""
    session.add(
        StaffChange(
            id=uuid.uuid4(),
            act=act,
            appointment=row.id,
            actor=actor_text(actor),
            kind=kind,
            changed_at=now,
            notify=notify,
            version=row.version,
            former_version=former.version,
            former_status=former.status,
            former_practitioner=former.practitioner,
            former_location=former.location,
            former_starts_at=former.starts_at,
            former_squeeze_in=former.squeeze_in,
            former_moved_at=former.moved_at,
            former_confirmed_at=former.confirmed_at,
        )
    )
