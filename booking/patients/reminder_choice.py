"""Whether an address wants reminders: one choice for all bookings with it, also for those to come."""

import uuid
from collections.abc import Collection
from datetime import datetime

from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.storage.models.audit import AuditAction
from booking.storage.queries.reminders import set_no_reminders
from booking.storage.session import BookingSession


async def choose_reminders(
    session: BookingSession,
    patients: Collection[uuid.UUID],
    *,
    wanted: bool,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Send reminders to the addresses of these patients, or no more. The same choice again changes nothing.

    `actor` is None for the patient, who has a link.
    """
    changed: set[uuid.UUID] = set()
    for patient in dict.fromkeys(patients):  # One, but for a family that shares an address.
        changed |= set(await set_no_reminders(session, patient, None if wanted else now))
    detail = "reminders wanted" if wanted else "no more reminders"
    await record_audit(session, actor, AuditAction.UPDATE, sorted(changed), detail=detail, now=now)
