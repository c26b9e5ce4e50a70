"""Contact data that were kept as long as the clinic says after a person's last visit: erased.

Each booking has a patient row of its own, and the retention begins with the person's last visit: that of
any booking with the same e-mail address or the same phone number, found by the blind indexes. Whoever
comes regularly is known from the first booking on, and a family that shares a number is kept together.
"""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Uuid, bindparam, func, select, tuple_
from sqlalchemy.orm import aliased

from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.patients.erase import erase_patients
from booking.retention.kinds import Kind, kept_since
from booking.storage.base import UtcDateTime
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.audit import AuditAction
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import try_lock_retention
from booking.storage.session import BookingSession

DETAIL = "contact data are kept no longer"


OTHER = aliased(Patient)
# A cancelled visit counts by its time, too. A statement for each column: an OR would use no index.
LATER_VISITS = [
    select(Appointment.id)
    .join(OTHER, Appointment.patient == OTHER.id)
    .where(getattr(OTHER, column) == getattr(Patient, column), Appointment.ends_at > bindparam("until"))
    for column in ("id", "email_index", "phone_index")
]
WAITS = select(WaitingListEntry.id).where(
    WaitingListEntry.patient == Patient.id, WaitingListEntry.ended_at.is_(None)
)
NO_LATER_VISIT = [~visits.exists() for visits in (*LATER_VISITS, WAITS)]
BOOKED_BEFORE = (Patient.erased_at.is_(None), Patient.created_at <= bindparam("until"))
COUNT = select(func.count()).select_from(Patient).where(*BOOKED_BEFORE, *NO_LATER_VISIT)
LAST = tuple_(bindparam("time", type_=UtcDateTime), bindparam("id", type_=Uuid))
NEXT = (
    select(Patient.created_at, Patient.id)
    .where(*BOOKED_BEFORE, tuple_(Patient.created_at, Patient.id) > LAST)
    .order_by(Patient.created_at, Patient.id)
    .limit(bindparam("most"))
)
EXPIRED = select(Patient.id).where(
    *BOOKED_BEFORE, Patient.id.in_(bindparam("ids", expanding=True)), *NO_LATER_VISIT
)


async def count_expired_patients(session: BookingSession, *, until: datetime) -> int:
    """How many patients there are whose person had no visit that ended after `until`."""
    return (await session.scalars(COUNT, {"until": until})).one()


async def patients_to_erase(session: BookingSession, *, now: datetime) -> int:
    """As `count_expired_patients`, by the retention of the clinic; 0 where they are kept for ever."""
    until = kept_since(await get_clinic(session), now=now).get(Kind.PATIENTS)
    return await count_expired_patients(session, until=until) if until else 0


async def erase_expired_patients(database: Database, actor: Actor, *, step: int, now: datetime) -> int:
    """Erase them, with a row of the audit trail for each; the number.

    All patients who booked that long ago are looked through, so many in one transaction, and most of them
    in one that only reads: no booking waits for the search.

    Raises:
        TryAgain: the key store, or the audit trail, can't be used. Steps that were done stay done.
    """
    erased = 0
    last = (datetime.min.replace(tzinfo=UTC), uuid.UUID(int=0))
    ids: Sequence[uuid.UUID] = [last[1]]
    while ids:
        async with database.read() as session:
            until = kept_since(await get_clinic(session), now=now).get(Kind.PATIENTS)
            if until is None:
                break
            values = {"until": until, "time": last[0], "id": last[1], "most": step}
            rows = (await session.execute(NEXT, values)).all()
            ids = [row.id for row in rows]
            expired = (await session.scalars(EXPIRED, {"until": until, "ids": ids})).all()
        if expired:
            async with database.write() as session:
                if not await try_lock_retention(session):
                    break
                erased += await _erase(session, actor, expired, until=until, now=now)
        if rows:
            last = (rows[-1].created_at, rows[-1].id)
        await asyncio.sleep(0)  # SQLite is called within the event loop.
    return erased


async def _erase(
    session: BookingSession, actor: Actor, ids: Sequence[uuid.UUID], *, until: datetime, now: datetime
) -> int:
    # Again, for one of them may have booked meanwhile.
    patients = (await session.scalars(EXPIRED, {"until": until, "ids": ids})).all()
    if patients:
        # Before the keys, which no rollback brings back: no erasure without its row.
        await record_audit(session, actor, AuditAction.ERASE, patients, detail=DETAIL, now=now)
        await erase_patients(session, patients, now=now)
    return len(patients)
