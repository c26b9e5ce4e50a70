"""Patients that were erased, and that a restored backup has brought back: cleared again.

Nobody can read them, for their keys are destroyed; but as long as their blind indexes are there, a guessed
address could be tested. The clinic's database remembers up to when it has cleared patients whose keys were
destroyed, and a backup remembers an earlier time: so the key store is asked for the keys that were
destroyed since, which are few.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.patients.erase import clear_patients
from booking.storage.key_store.reference import REFERENCE
from booking.storage.models.appointments import Patient
from booking.storage.models.audit import AuditAction
from booking.storage.session import BookingSession

DETAIL = "erased before; a restored backup had brought the rows back"
IDS_A_QUERY = 1_000
LONGEST_ERASURE = timedelta(hours=1)
"""The transaction that destroys a key may be seen so long after its time."""


async def restored_patients(session: BookingSession) -> Sequence[uuid.UUID]:
    """Patients with data under a key that is destroyed.

    Raises:
        TryAgain: the key store can't answer just now.
    """
    reference = (await session.execute(select(REFERENCE.c.cleared_through))).one_or_none()
    if reference is None:
        return []  # Nothing was ever encrypted: there may be no key store.
    patients: list[uuid.UUID] = []
    keys = await session.data_keys.destroyed_since(reference.cleared_through)
    for first in range(0, len(keys), IDS_A_QUERY):
        some = select(Patient.id).where(Patient.data_key.in_(keys[first : first + IDS_A_QUERY]))
        patients += await session.scalars(some)
    return patients


async def clear_restored_patients(session: BookingSession, actor: Actor, *, limit: int, now: datetime) -> int:
    """Clear so many of them at most, with a row of the audit trail for each; the number.

    Raises:
        KeyProblem, TryAgain: the key store, or the audit trail, can't be used.
    """
    patients = (await restored_patients(session))[:limit]
    if patients:
        await clear_patients(session, patients, now=now)
        await record_audit(session, actor, AuditAction.ERASE, patients, detail=DETAIL, now=now)
    if len(patients) < limit:
        await session.execute(update(REFERENCE).values(cleared_through=now - LONGEST_ERASURE))
    return len(patients)
