"""The mail about a change that can be undone: sent some minutes later, once, about the visit as it is then.

Such are changes by staff, and a patient's cancellation. A further one of the visit meanwhile replaces the
mail, with the time that the patient was last told; there is none where the visit is back at that time. What a
patient books or moves is mailed at once, and it says all.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.domain.events import Event, EventKind
from booking.domain.tokens import hash_of, new_token
from booking.storage.models.appointments import Appointment
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.models.desk.staff_changes import WaitingMail
from booking.storage.queries.desk.staff_changes import drop_mail, record_mail, waiting_mail
from booking.storage.queries.outbox import manage_token_of, sends_mails
from booking.storage.session import BookingSession

DELAY = timedelta(minutes=3)


@dataclass(frozen=True)
class ToldVisit:
    """When, with whom and where the visit is, as far as the patient knows."""

    starts_at: datetime
    practitioner: str
    location: str


async def announce_booking(
    session: BookingSession, rows: Sequence[Appointment], manage_token: str, *, now: datetime
) -> None:
    """Send one mail about the visits that staff have booked."""
    if await sends_mails(session):
        ids = tuple(row.id for row in rows)
        event = Event(uuid.uuid4(), EventKind.BOOKED, ids, now)
        await _record(session, event, rows, None, manage_token)


async def announce(
    session: BookingSession,
    row: Appointment,
    told: ToldVisit | None,
    *,
    notify: bool,
    manage_token: str | None = None,
    now: datetime,
) -> None:
    """Send a mail about what has become of the visit: where one waits, even if not asked to.

    `told` is the visit before the change; None where the patient knew of none that stands. Without
    `manage_token` the mail has a manage link of its own.
    """
    token = manage_token
    if waiting := await waiting_mail(session, row.id):
        mail, event, delivery = waiting
        if event.kind is EventKind.BOOKED:
            delivery.due_at = now + DELAY  # It shows all of its visits as they stand when it is sent.
            return
        told = _told(mail)
        token = token or await manage_token_of(session, delivery)
        await drop_mail(session, waiting)
    elif not notify or not await sends_mails(session):
        return
    kind = _kind(row, told)
    if kind is None:
        return
    moved_from = (told.starts_at, told.location) if kind is EventKind.MOVED and told else (None, None)
    event_of_mail = Event(uuid.uuid4(), kind, (row.id,), now, *moved_from)
    await _record(session, event_of_mail, [row], told, token or await _new_link(session, row, now=now))


async def withdraw_mail(session: BookingSession, appointment: uuid.UUID) -> None:
    """Forget a mail that waits: a later change has a mail of its own."""
    waiting = await waiting_mail(session, appointment)
    if waiting and waiting[1].kind is not EventKind.BOOKED:
        await drop_mail(session, waiting)


def _kind(row: Appointment, told: ToldVisit | None) -> EventKind | None:
    """What the patient has to hear; None where that is nothing."""
    if told is None:
        return EventKind.BOOKED if row.stands else None
    if not row.stands:
        return EventKind.CANCELLED
    is_as_told = told == ToldVisit(row.starts_at, row.practitioner, row.location)
    return None if is_as_told else EventKind.MOVED


def _told(mail: WaitingMail) -> ToldVisit | None:
    at, practitioner, location = mail.told_starts_at, mail.told_practitioner, mail.told_location
    if at is None or practitioner is None or location is None:
        return None
    return ToldVisit(at, practitioner, location)


async def _new_link(session: BookingSession, row: Appointment, *, now: datetime) -> str:
    """The secret of a further manage link: that of the first one is stored nowhere."""
    token = new_token()
    session.add(ManageLink(token_hash=hash_of(token), appointment=row.id, created_at=now))
    return token


async def _record(
    session: BookingSession, event: Event, rows: Sequence[Appointment], told: ToldVisit | None, token: str
) -> None:
    mails = [
        WaitingMail(
            appointment=row.id,
            event=event.id,
            told_starts_at=told and told.starts_at,
            told_practitioner=told and told.practitioner,
            told_location=told and told.location,
        )
        for row in rows
    ]
    key, due_at = rows[0].ordering_key, event.occurred_at + DELAY
    await record_mail(session, event, mails, ordering_key=key, token=token, due_at=due_at)
