"""The blind index of names, and patients whose name isn't in it yet."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from booking.storage.base import core_table, insert_into
from booking.storage.models.appointments import Patient
from booking.storage.models.desk.name_index import NameToken
from booking.storage.session import BookingSession

PATIENTS = core_table(Patient)
IS_NOT_INDEXED = (Patient.name_index.is_(None), Patient.erased_at.is_(None))
SET_INDEX = (
    update(PATIENTS).where(PATIENTS.c.id == bindparam("patient")).values(name_index=bindparam("same_name"))
)


class IndexedName(NamedTuple):
    """What is stored of a patient's name; `same_name` is equal for equal names."""

    patient: uuid.UUID
    booked_at: datetime
    same_name: bytes
    tokens: Sequence[bytes]


async def patients_without_name_index(session: BookingSession, *, limit: int) -> Sequence[uuid.UUID]:
    """The newest first: they are the ones who call."""
    query = select(Patient.id).where(*IS_NOT_INDEXED).order_by(Patient.created_at.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def lock_patients_without_name_index(
    session: BookingSession, patients: Collection[uuid.UUID]
) -> dict[uuid.UUID, datetime]:
    """When those booked that are still not indexed; until the transaction ends, none of them is erased."""
    query = select(Patient.id, Patient.created_at).where(Patient.id.in_(patients), *IS_NOT_INDEXED)
    rows = await session.execute(query.order_by(Patient.id).with_for_update())
    return {row.id: row.created_at for row in rows}


async def add_name_tokens(session: BookingSession, names: Sequence[IndexedName]) -> None:
    rows = [
        {"token": token, "booked_at": int(name.booked_at.timestamp()), "patient": name.patient}
        for name in names
        for token in name.tokens
    ]
    if rows:
        await session.execute(insert_into(NameToken), rows)


async def set_name_indexes(session: BookingSession, names: Sequence[IndexedName]) -> None:
    if names:
        values = [{"patient": name.patient, "same_name": name.same_name} for name in names]
        await session.execute(SET_INDEX, values)
