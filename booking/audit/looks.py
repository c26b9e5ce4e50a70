"""Looks: whose data an account of the staff was shown in a list, recorded once in half a day."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.storage.models.audit import AuditAction
from booking.storage.queries.audit import patients_read_since
from booking.storage.session import BookingSession

REPEATED_AFTER = timedelta(hours=12)
"""A list that stays open all day is drawn hundreds of times."""


async def record_looks(
    session: BookingSession, actor: Actor, patients: Iterable[uuid.UUID], *, detail: str, now: datetime
) -> None:
    """Append a READ for those of the patients of whom this actor has no event of this detail in 12 hours.

    The actor is the same one at another address. As for `record_audit`: call it last, and show the data
    after the commit.

    Raises:
        KeyProblem: the key store can't be used.
        TryAgain: the events can't be recorded, so that the caller must not show anything.
    """
    new = await unrecorded_looks(session, actor, patients, detail=detail, now=now)
    await record_audit(session, actor, AuditAction.READ, new, detail=detail, now=now)


async def unrecorded_looks(
    session: BookingSession, actor: Actor, patients: Iterable[uuid.UUID], *, detail: str, now: datetime
) -> list[uuid.UUID]:
    """Those whom `record_looks` would record: where there are none, a page needs no writing transaction."""
    shown = list(dict.fromkeys(patients))
    known = await patients_read_since(session, actor, shown, detail=detail, since=now - REPEATED_AFTER)
    return [patient for patient in shown if patient not in known]
