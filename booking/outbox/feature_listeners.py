"""Features' listeners, as the outbox relay calls them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from booking.audit.record import record_audit
from booking.background import Clock
from booking.domain.actor import Actor
from booking.domain.events import REMINDER_EVENTS, STATUS_EVENTS, Event
from booking.domain.hookspecs import Listener
from booking.extensions.contact_in_errors import without_contact
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction
from booking.storage.queries.appointments import appointments_by_id


@dataclass(frozen=True)
class ListenerContext:
    """An event, the appointments as they stand now (in order of time), and their patient.

    `settings` are the feature's table of the clinic's file.
    """

    event: Event
    appointments: Sequence[Appointment]
    patient: PatientContact
    database: Database
    settings: Any


FeatureListener = Callable[[ListenerContext], Awaitable[None]]


def as_outbox_listener(
    database: Database,
    settings: Any,
    listener: FeatureListener,
    *,
    hears_statuses: bool = False,
    actor: Actor,
    clock: Clock,
) -> Listener:
    """A feature's listener as the outbox relay calls it, without the secret of the manage link.

    Unless it `hears_statuses`, it is not called for reminders and the events of a visit's day: listeners made
    before there were any take every event for a booking, a move or a cancellation.

    Each call is a view of the patient's data by the `actor`, the feature: it may carry them elsewhere.
    """

    async def deliver(event: Event, _manage_token: str | None) -> None:
        if event.kind in (*STATUS_EVENTS, *REMINDER_EVENTS) and not hears_statuses:
            return
        async with database.write() as session:
            now = await clock(session)
            appointments = await appointments_by_id(session, event.appointments)
            patients = await contacts_by_id(session, {row.patient for row in appointments})
            await record_audit(session, actor, AuditAction.READ, patients, detail=str(event.kind), now=now)
        for patient in patients.values():  # one; none once the patient is erased
            try:
                await listener(ListenerContext(event, appointments, patient, database, settings))
            except Exception as reason:
                if (logged := without_contact(reason, patient)) is reason:
                    raise
                raise logged from None

    return deliver
