"""Reminders: planned with their visits, taken when they are due."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from booking.storage.models.appointments import (
    Appointment,
    AppointmentStatus,
    Patient,
    Reminder,
    ReminderPlan,
)
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.models.outbox import OutboxListener
from booking.storage.session import BookingSession

# The visit is as it was when the reminder was planned, and the clinic can keep its time.
IS_CURRENT = (
    Appointment.starts_at == Reminder.starts_at,
    Appointment.status == AppointmentStatus.BOOKED,
    Appointment.impossible_since.is_(None),
)
IS_WAITING = Reminder.taken_at.is_(None)
KEY = (Reminder.appointment, Reminder.starts_at, Reminder.days_before)

ReminderKey = tuple[uuid.UUID, datetime, int]
"""A visit, the time that it is reminded of, and how many days before."""


async def drop_waiting_reminders(
    session: BookingSession, appointments: Collection[uuid.UUID]
) -> Sequence[tuple[ReminderKey, datetime]]:
    """Delete the reminders of these visits that nobody has taken; which they were, and when they were due."""
    waiting = delete(Reminder).where(Reminder.appointment.in_(appointments), IS_WAITING)
    rows = await session.execute(waiting.returning(*KEY, Reminder.due_at))
    return [((row[0], row[1], row[2]), row[3]) for row in rows]


async def known_reminders(session: BookingSession, appointments: Collection[uuid.UUID]) -> set[ReminderKey]:
    """All reminders of these visits, taken or not."""
    query = select(*KEY).where(Reminder.appointment.in_(appointments))
    return {(row[0], row[1], row[2]) for row in await session.execute(query)}


async def has_due_reminders(session: BookingSession, now: datetime) -> bool:
    return bool(await session.scalar(select(exists().where(IS_WAITING, Reminder.due_at <= now))))


async def due_reminders(
    session: BookingSession, now: datetime, *, limit: int
) -> Sequence[tuple[Reminder, Appointment, Patient]]:
    """The first of those that are due and current, with their visits, locked; in the order of their times."""
    query = (
        select(Reminder, Appointment, Patient)
        .join(Appointment, Appointment.id == Reminder.appointment)
        .join(Patient, Patient.id == Appointment.patient)
        .where(IS_WAITING, Reminder.due_at <= now, Appointment.starts_at > now, *IS_CURRENT)
        .order_by(Reminder.due_at, Reminder.id)
        .limit(limit)
        .with_for_update(of=Appointment)  # Its changes wait until the reminder is taken, and delete no more.
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def drop_outdated_reminders(session: BookingSession, now: datetime) -> None:
    """Delete reminders that are due and will never be sent: their visits have begun, or can't take place."""
    current = select(Reminder.id).join(Appointment, Appointment.id == Reminder.appointment)
    current = current.where(IS_WAITING, Reminder.due_at <= now, Appointment.starts_at > now, *IS_CURRENT)
    outdated = delete(Reminder).where(IS_WAITING, Reminder.due_at <= now, Reminder.id.not_in(current))
    await session.execute(outdated.execution_options(synchronize_session=False))


async def visits_with_addresses(
    session: BookingSession, addresses: Collection[bytes], start: datetime, end: datetime
) -> Sequence[tuple[Appointment, Patient]]:
    """The booked visits of anybody with these addresses that start within, locked; in order of time.

    They are blind indexes, of phone numbers for those who have no e-mail address.
    """
    is_texted = Patient.email_index.is_(None) & Patient.phone_index.in_(addresses)
    query = (
        select(Appointment, Patient)
        .join(Patient, Patient.id == Appointment.patient)
        .where(
            or_(Patient.email_index.in_(addresses), is_texted),
            Appointment.starts_at > start,
            Appointment.starts_at < end,
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.impossible_since.is_(None),
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .with_for_update(of=Appointment)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def current_reminders(
    session: BookingSession, appointments: Collection[uuid.UUID]
) -> Sequence[Reminder]:
    """Those of these visits at the times that they have, taken or not."""
    query = select(Reminder).join(Appointment, Appointment.id == Reminder.appointment)
    query = query.where(Appointment.id.in_(appointments), Appointment.starts_at == Reminder.starts_at)
    return (await session.scalars(query.order_by(Reminder.due_at))).all()


async def reminded_appointments(session: BookingSession, event: uuid.UUID) -> Sequence[Appointment]:
    """The visits that this message reminds of, in order of time.

    Without those that were changed since, or that a later message reminds of.
    """
    later = aliased(Reminder)
    is_outdated = exists().where(
        later.appointment == Reminder.appointment,
        later.starts_at == Reminder.starts_at,
        later.event != event,
        later.taken_at > Reminder.taken_at,
    )
    query = (
        select(Appointment)
        .join(Reminder, Reminder.appointment == Appointment.id)
        .join(Patient, Patient.id == Appointment.patient)
        .where(Reminder.event == event, *IS_CURRENT, Patient.no_reminders_since.is_(None), ~is_outdated)
        .distinct()
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return (await session.scalars(query)).all()


async def give_back_reminders(session: BookingSession, event: uuid.UUID, *, due_at: datetime) -> None:
    """Let the reminders of a message that was not sent be taken again, then."""
    taken = update(Reminder).where(Reminder.event == event, Reminder.starts_at > due_at)
    await session.execute(taken.values(taken_at=None, event=None, due_at=due_at))


async def last_reminder(session: BookingSession, row: Appointment) -> datetime | None:
    """When the last reminder of the visit, at the time that it has, was sent."""
    query = select(func.max(Reminder.taken_at)).where(
        Reminder.appointment == row.id, Reminder.starts_at == row.starts_at, Reminder.event.is_not(None)
    )
    return await session.scalar(query)


async def anybody_listens(session: BookingSession) -> bool:
    """Whether anything hears of events: the mails to patients, a webhook, a feature."""
    return bool(await session.scalar(select(exists(OutboxListener.name))))


async def visits_to_plan(
    session: BookingSession, after: tuple[datetime, uuid.UUID], *, limit: int
) -> Sequence[Appointment]:
    """The next booked visits behind this position, in order of time."""
    position = tuple_(Appointment.starts_at, Appointment.id)
    query = select(Appointment).where(Appointment.status == AppointmentStatus.BOOKED, position > after)
    # Locked: who moves one meanwhile plans its reminders afterwards.
    query = query.order_by(Appointment.starts_at, Appointment.id).limit(limit).with_for_update()
    return (await session.scalars(query)).all()


async def reminder_plan(session: BookingSession) -> ReminderPlan | None:
    query = select(ReminderPlan).execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


async def set_no_reminders(
    session: BookingSession, patient: uuid.UUID, since: datetime | None
) -> Sequence[uuid.UUID]:
    """For all bookings with the patient's address; the ids of those that it changed."""
    index = select(Patient.email_index).where(Patient.id == patient).scalar_subquery()
    theirs = or_(Patient.id == patient, Patient.email_index == index)
    changed = Patient.no_reminders_since.is_(None) if since else Patient.no_reminders_since.is_not(None)
    query = update(Patient).where(theirs, changed, Patient.erased_at.is_(None))
    rows = await session.scalars(query.values(no_reminders_since=since).returning(Patient.id))
    return rows.all()


async def no_reminders_since(session: BookingSession, email_index: bytes) -> datetime | None:
    """Since when this address wants no reminders."""
    query = select(func.min(Patient.no_reminders_since)).where(Patient.email_index == email_index)
    return await session.scalar(query)


async def patients_of_mailed_link(session: BookingSession, token_hash: bytes) -> set[uuid.UUID]:
    """The patients of a link whose secret went out in a mail and nowhere else: none for that of a booking.

    Whoever books has the booking's own secret, for whatever address they gave.
    """
    query = select(Appointment.patient).join(ManageLink, ManageLink.appointment == Appointment.id)
    return set(await session.scalars(query.where(ManageLink.token_hash == token_hash)))


async def wants_reminders(session: BookingSession, patients: Collection[uuid.UUID]) -> bool:
    """Whether none of these patients has refused them."""
    refused = exists().where(Patient.id.in_(patients), Patient.no_reminders_since.is_not(None))
    return not await session.scalar(select(refused))


async def first_due_reminder(session: BookingSession) -> datetime | None:
    """When the first reminder is due that nobody has taken."""
    return await session.scalar(select(func.min(Reminder.due_at)).where(IS_WAITING))
