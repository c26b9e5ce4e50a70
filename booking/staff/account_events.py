"""Events of the audit trail about accounts of the staff: by them somebody may see patients' data."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from booking.audit.record import append
from booking.domain.actor import Actor
from booking.storage.models.audit import AuditAction, AuditEvent
from booking.storage.queries.audit import events_about
from booking.storage.session import BookingSession

SUBJECT = "staff account"


async def record_change(
    session: BookingSession, actor: Actor, action: AuditAction, member: uuid.UUID, what: str, *, now: datetime
) -> None:
    """`what` says in fixed words, without a secret, what was done. Call this last, as `record_audit`.

    Raises:
        KeyProblem, TryAgain: it can't be recorded, so that nothing must be changed.
    """
    await append(session, actor, action, [{"detail": f"{SUBJECT} {member} {what}"}], now=now)


async def changes_of_accounts(session: BookingSession) -> Sequence[AuditEvent]:
    """All that are kept, in order of time."""
    return await events_about(session, SUBJECT)
