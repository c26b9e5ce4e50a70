"""Plans reminders: their rows are written and deleted in the transaction of the visit's change."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_services, location_zones
from booking.reminders.rules import ReminderRules
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment, AppointmentStatus, Reminder
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.reminders import drop_waiting_reminders, known_reminders
from booking.storage.session import BookingSession
from booking.timegrid.quiet_hours import QuietHours


async def plan_reminders(
    session: BookingSession,
    rows: Sequence[Appointment],
    *,
    is_new: bool = False,
    keeps_due: bool = False,
    now: datetime,
) -> None:
    """Make the reminders that wait those of the visits as they are: for one that doesn't stand, none.

    Every change of a visit ends here, in its transaction. None is planned for a time that has passed, nor
    where one was sent so many days before that time already. `is_new` says that they were just booked. With
    `keeps_due` those that are due already, and not taken, stay.
    """
    rules = await reminder_rules(session)
    ids = [row.id for row in rows]
    dropped = [] if is_new else await drop_waiting_reminders(session, ids)
    overdue = {key for key, due_at in dropped if keeps_due and due_at <= now}
    planned = {
        (row.id, row.starts_at, days): due_at
        for row in rows
        if row.status is AppointmentStatus.BOOKED
        for days, due_at in rules.due_times(row.service, row.location, row.starts_at, timed_at=row.timed_at)
        if due_at > now or (row.id, row.starts_at, days) in overdue
    }
    known = await known_reminders(session, ids) if planned and not is_new else set()
    added = [
        Reminder(id=uuid.uuid4(), appointment=key[0], starts_at=key[1], days_before=key[2], due_at=due_at)
        for key, due_at in planned.items()
        if key not in known
    ]
    if added:
        await insert_rows(session, added)


async def reminder_rules(session: BookingSession) -> ReminderRules:
    """The clinic's rules as they are now."""
    clinic = await get_clinic(session)
    is_quiet = clinic.quiet_from != clinic.quiet_until
    services = (await all_services(session)).values()
    return ReminderRules(
        days_before=tuple(clinic.reminder_days or ()),
        at=clinic.reminder_time,
        wait=clinic.reminder_wait,
        quiet=QuietHours(clinic.quiet_from, clinic.quiet_until) if is_quiet else None,
        zone=ZoneInfo(clinic.time_zone),
        location_zones=await location_zones(session),
        silent_services=frozenset(service.slug for service in services if not service.reminders),
    )
