"""Erases patients: their data key is destroyed, so that no copy of their data can be read again.

Their visits stay, for the clinic's statistics, without anything that names or describes the patient.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update

from booking.domain.errors import BookingError
from booking.storage.models.appointments import Appointment, Patient, Reminder
from booking.storage.models.desk.name_index import NameToken
from booking.storage.models.messages.sms import SmsMessage, SmsReceived
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from booking.storage.queries.appointments import appointments_of_patients
from booking.storage.queries.waiting_list import forget_entries
from booking.storage.session import BookingSession


@dataclass
class VisitsAhead(BookingError):
    """A patient with booked visits to come can't be erased: the clinic could not reach the patient."""

    appointments: Sequence[Appointment] = field(kw_only=True)


@dataclass(frozen=True)
class ErasureReceipt:
    """What was erased, without a word of it: ids of patients, references of their visits."""

    patients: Sequence[uuid.UUID]
    references: Sequence[str]
    erased_at: datetime


async def erase_patients(
    session: BookingSession, patients: Collection[uuid.UUID], *, now: datetime
) -> ErasureReceipt:
    """Destroy the data of these patients. Erasing them again changes nothing.

    Raises:
        VisitsAhead: a booked visit of theirs isn't over. Nothing was erased.
        KeyProblem, TryAgain: the key store can't be used.
    """
    visits = await appointments_of_patients(session, patients)
    ahead = [row for row in visits if row.stands and row.ends_at > now]
    if ahead:
        references = ", ".join(row.reference for row in ahead)
        raise VisitsAhead(f"Visits are booked and not over: {references}.", appointments=ahead)
    keys = select(Patient.data_key).where(Patient.id.in_(patients), Patient.data_key.is_not(None))
    # First, and for good: should the rest fail, these patients are unreadable nevertheless.
    await session.data_keys.destroy([key for key in await session.scalars(keys) if key], now=now)
    await clear_patients(session, patients, now=now)
    return ErasureReceipt(sorted(patients), [row.reference for row in visits], now)


async def clear_patients(session: BookingSession, patients: Collection[uuid.UUID], *, now: datetime) -> None:
    """Remove what can't be read any more, since the patients' keys are destroyed, and the blind indexes."""
    empty = dict.fromkeys(
        (
            "name",
            "email",
            "phone",
            "contact_name",
            "note",
            "email_index",
            "phone_index",
            "name_index",
            "data_key",
            "no_reminders_since",
        )
    )
    # Before the blind indexes go. Whoever wants no messages keeps that: `SmsOptOut` stays.
    numbers = select(Patient.phone_index).where(Patient.id.in_(patients), Patient.phone_index.is_not(None))
    await session.execute(delete(SmsReceived).where(SmsReceived.phone_index.in_(numbers)))
    await session.execute(delete(SmsMessage).where(SmsMessage.patient.in_(patients)))
    erased = update(Patient).where(Patient.id.in_(patients), Patient.erased_at.is_(None))
    await session.execute(erased.values(**empty, erased_at=now))
    # Behind the rows' locks: nobody indexes the name of one of them any more.
    await session.execute(delete(NameToken).where(NameToken.patient.in_(patients)))
    visits = await appointments_of_patients(session, patients)
    of_patients = Appointment.id.in_([row.id for row in visits])
    await session.execute(
        update(Appointment).where(of_patients).values(tell_practitioner=None, desk_note=None)
    )
    await session.execute(delete(Reminder).where(Reminder.appointment.in_([row.id for row in visits])))
    entries = await forget_entries(session, patients, now=now)
    await _forget_links(session, [*(row.ordering_key for row in visits), *entries])


async def _forget_links(session: BookingSession, ordering_keys: Collection[uuid.UUID]) -> None:
    """The links in mails that wait for a mail server: nobody is left to send them to."""
    events = select(OutboxEvent.id).where(OutboxEvent.ordering_key.in_(ordering_keys))
    links = update(OutboxDelivery).where(OutboxDelivery.event.in_(events))
    await session.execute(links.values(manage_token=None))
