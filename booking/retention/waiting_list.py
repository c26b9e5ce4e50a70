"""Entries of the waiting list that ended long ago; who only waited, and has no visit, is erased with them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select

from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.patients.erase import erase_patients
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.audit import AuditAction
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.session import BookingSession

DETAIL = "waited for a visit that never was"


async def delete_old_entries(
    session: BookingSession, actor: Actor, *, until: datetime, limit: int, now: datetime
) -> int:
    """Delete so many of them at most, with a row of the audit trail for each patient who is erased.

    Raises:
        KeyProblem, TryAgain: the key store, or the audit trail, can't be used.
    """
    query = select(WaitingListEntry).where(WaitingListEntry.ended_at <= until)
    rows = (await session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()
    ids, patients = [row.id for row in rows], {row.patient for row in rows}
    await session.execute(delete(WaitingListEntry).where(WaitingListEntry.id.in_(ids)))
    if alone := await _without_visits(session, patients):
        # Before the keys, which no rollback brings back: no erasure without its row.
        await record_audit(session, actor, AuditAction.ERASE, alone, detail=DETAIL, now=now)
        await erase_patients(session, alone, now=now)
    return len(ids)


async def _without_visits(session: BookingSession, patients: set[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Those who have no visit and no other entry, and are not erased yet."""
    query = select(Patient.id).where(
        Patient.id.in_(patients),
        Patient.erased_at.is_(None),
        ~exists().where(Appointment.patient == Patient.id),
        ~exists().where(WaitingListEntry.patient == Patient.id),
    )
    return (await session.scalars(query)).all()
