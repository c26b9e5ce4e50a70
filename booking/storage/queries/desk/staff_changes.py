"""Changes by staff that can be undone, and mails about them that wait."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update

from booking.domain.events import Event
from booking.storage.models.appointments import Appointment
from booking.storage.models.desk.staff_changes import StaffChange, WaitingMail
from booking.storage.models.outbox import MAIL_LISTENER, OutboxDelivery, OutboxEvent, OutboxListener
from booking.storage.queries.outbox import record_event_for
from booking.storage.session import BookingSession


async def last_act(
    session: BookingSession, actor: str, *, since: datetime, act: uuid.UUID | None = None
) -> Sequence[StaffChange]:
    """The changes of the actor's last act that is not undone, or of that one; none if it was before `since`.

    In the order of the visits' times before.
    """
    own = select(StaffChange).where(
        StaffChange.actor == actor, StaffChange.changed_at >= since, StaffChange.undone_at.is_(None)
    )
    if act is None:
        latest = own.order_by(StaffChange.changed_at.desc(), StaffChange.version.desc()).limit(1)
        if (change := (await session.scalars(latest)).one_or_none()) is None:
            return []
        act = change.act
    query = own.where(StaffChange.act == act).order_by(StaffChange.former_starts_at)
    return (await session.scalars(query)).all()


async def continue_version(
    session: BookingSession, appointment: uuid.UUID, former: int, version: int
) -> None:
    """Let the change that left the former version be undone: the visit is as it left it once more."""
    change = update(StaffChange).where(
        StaffChange.appointment == appointment,
        StaffChange.version == former,
        StaffChange.undone_at.is_(None),
    )
    await session.execute(change.values(version=version))


async def has_visit_with(session: BookingSession, patient: uuid.UUID, practitioner: str) -> bool:
    """Whether the patient has, or had, a visit with this practitioner."""
    visits = exists().where(Appointment.patient == patient, Appointment.practitioner == practitioner)
    return bool(await session.scalar(select(visits)))


async def others_listen(session: BookingSession) -> bool:
    """Whether anything but the mails to patients hears of events: a webhook, a feature."""
    others = exists().where(OutboxListener.name != MAIL_LISTENER)
    return bool(await session.scalar(select(others)))


async def waiting_mail(
    session: BookingSession, appointment: uuid.UUID
) -> tuple[WaitingMail, OutboxEvent, OutboxDelivery] | None:
    """The mail about the visit that waits and that nobody has tried to send, locked; or None."""
    query = (
        select(WaitingMail, OutboxEvent, OutboxDelivery)
        .join(OutboxEvent, OutboxEvent.id == WaitingMail.event)
        .join(OutboxDelivery, OutboxDelivery.event == WaitingMail.event)
        .where(
            WaitingMail.appointment == appointment,
            OutboxDelivery.listener == MAIL_LISTENER,
            OutboxDelivery.attempts == 0,
            OutboxDelivery.due_at.is_not(None),
        )
        .with_for_update(of=OutboxDelivery)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def drop_mail(
    session: BookingSession, waiting: tuple[WaitingMail, OutboxEvent, OutboxDelivery]
) -> None:
    """Delete the event of a mail that waits, with its delivery and the row that it has here."""
    for row in waiting:
        session.expunge(row)
    await session.execute(delete(OutboxEvent).where(OutboxEvent.id == waiting[1].id))


async def record_mail(
    session: BookingSession,
    event: Event,
    mails: Sequence[WaitingMail],
    *,
    ordering_key: uuid.UUID,
    token: str,
    due_at: datetime,
) -> None:
    """Record an event that is due to the mails alone, and only then. Rows of former mails are replaced."""
    await record_event_for(
        session, event, [MAIL_LISTENER], ordering_key=ordering_key, token=token, due_at=due_at
    )
    visits = [mail.appointment for mail in mails]
    await session.execute(delete(WaitingMail).where(WaitingMail.appointment.in_(visits)))
    session.add_all(mails)
    await session.flush()
