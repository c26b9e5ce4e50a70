"""Takes reminders that are due: for each person and day one event, which the outbox delivers as a mail."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from booking.domain.events import Event, EventKind
from booking.domain.tokens import hash_of, new_token
from booking.reminders.plan import reminder_rules
from booking.reminders.rules import ReminderRules
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment, Patient, Reminder
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.queries.outbox import record_event
from booking.storage.queries.reminders import (
    anybody_listens,
    current_reminders,
    drop_outdated_reminders,
    due_reminders,
    visits_with_addresses,
)
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY

REMINDERS_A_STEP = 50
"""Taken in one transaction."""

Recipient = tuple[bytes | uuid.UUID, bytes | uuid.UUID, date]
"""An address or else a phone number, a name, and the day of the visits.

The ids of patients stand in for what is not known.
"""


@dataclass
class Message:
    """What one message reminds of: the visits of a person on a day, and the days before that are due."""

    patient: Patient
    visits: dict[uuid.UUID, Appointment] = field(default_factory=dict)
    days_before: set[int] = field(default_factory=set)


async def take_due_reminders(session: BookingSession, *, limit: int = REMINDERS_A_STEP, now: datetime) -> int:
    """Take so many of them at most, and record an event for each person and day; how many were due.

    The caller holds `try_lock_reminders`: two processes would tell a person twice. What is due within quiet
    hours waits for their end. A message is about all visits of the day that can be reminded of, also those
    that have no reminder of their own.
    """
    rules = await reminder_rules(session)
    if rules.quiet_until(now) is not None:
        return 0
    await drop_outdated_reminders(session, now)
    due = await due_reminders(session, now, limit=limit)
    if not due:
        return 0
    messages: dict[Recipient, Message] = {}
    for reminder, visit, patient in due:
        message = messages.setdefault(_recipient(rules, visit, patient), Message(patient))
        message.visits[visit.id] = visit
        message.days_before.add(reminder.days_before)
    await _add_other_visits(session, messages, rules, now=now)
    is_heard = await anybody_listens(session)
    events: dict[uuid.UUID, Event] = {}
    for message in messages.values():
        if is_heard and message.patient.no_reminders_since is None:
            ids = tuple(sorted(message.visits, key=lambda each: (message.visits[each].starts_at, each)))
            event = Event(uuid.uuid4(), EventKind.REMINDER_DUE, ids, now)
            events |= dict.fromkeys(ids, event)
            await _record(session, event, message)
    await _take(session, list(messages.values()), events, now=now)
    return len(due)


def _recipient(rules: ReminderRules, visit: Appointment, patient: Patient) -> Recipient:
    day = visit.starts_at.astimezone(rules.location_zones[visit.location]).date()
    return patient.email_index or patient.phone_index or patient.id, patient.name_index or patient.id, day


async def _add_other_visits(
    session: BookingSession, messages: dict[Recipient, Message], rules: ReminderRules, *, now: datetime
) -> None:
    addresses = {address for address, _, _ in messages if isinstance(address, bytes)}
    last = max(each.starts_at for message in messages.values() for each in message.visits.values())
    others = await visits_with_addresses(session, addresses, now, last + DAY) if addresses else []
    for visit, patient in others:
        message = messages.get(_recipient(rules, visit, patient))
        if message is not None and visit.service not in rules.silent_services:
            message.visits.setdefault(visit.id, visit)


async def _record(session: BookingSession, event: Event, message: Message) -> None:
    """With a further manage link: the secret of the first one is stored nowhere."""
    token = new_token()
    links = [
        ManageLink(token_hash=hash_of(token), appointment=visit, created_at=event.occurred_at)
        for visit in event.appointments
    ]
    await insert_rows(session, links)
    key = message.visits[event.appointments[0]].ordering_key
    await record_event(session, event, token, ordering_key=key)


async def _take(
    session: BookingSession, messages: Sequence[Message], events: dict[uuid.UUID, Event], *, now: datetime
) -> None:
    """Mark the reminders of the messages, also those of visits that were to be reminded of later.

    What was taken before belongs to the message that reminds of it again.
    """
    wanted = {
        (visit.id, days): visit
        for message in messages
        for visit in message.visits.values()
        for days in message.days_before
    }
    for reminder in await current_reminders(session, {visit for visit, _ in wanted}):
        if (visit := wanted.pop((reminder.appointment, reminder.days_before), None)) is None:
            continue
        event = events.get(visit.id)
        if event is not None or reminder.taken_at is None:
            reminder.taken_at, reminder.event = now, event.id if event else None
    added = [
        Reminder(
            id=uuid.uuid4(),
            appointment=visit.id,
            starts_at=visit.starts_at,
            days_before=days,
            due_at=now,
            taken_at=now,
            event=event.id,
        )
        for (_, days), visit in wanted.items()
        if (event := events.get(visit.id))
    ]
    if added:
        await insert_rows(session, added)
    await session.flush()
