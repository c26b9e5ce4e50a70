"""Whom the front desk searches: bookings found by blind indexes or reference, and the visits of a person."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select, union

from booking.storage.base import core_table
from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.desk.name_index import NameToken
from booking.storage.session import BookingSession

PATIENTS, APPOINTMENTS = core_table(Patient).c, core_table(Appointment).c
TOKENS = core_table(NameToken)


class BookedPatient(NamedTuple):
    """A booking's patient, by what tells whether two bookings are of one person. None once erased."""

    id: uuid.UUID
    created_at: datetime
    email_index: bytes | None
    phone_index: bytes | None
    name_index: bytes | None


class VisitOfPerson(NamedTuple):
    id: uuid.UUID
    patient: uuid.UUID
    reference: str
    status: AppointmentStatus
    service: str
    practitioner: str
    location: str
    starts_at: datetime
    ends_at: datetime


BOOKED = select(*(PATIENTS[name] for name in BookedPatient._fields))
VISITS = select(*(APPOINTMENTS[name] for name in VisitOfPerson._fields))


async def booked_patients(session: BookingSession, ids: Collection[uuid.UUID]) -> Sequence[BookedPatient]:
    """Without erased ones."""
    return await _newest(session, BOOKED.where(PATIENTS.id.in_(ids)), None, len(ids))


async def patients_with_notes(session: BookingSession, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of them who wrote something for their practitioner."""
    query = select(PATIENTS.id).where(PATIENTS.id.in_(ids), PATIENTS.note.is_not(None))
    return set(await session.scalars(query))


async def patients_by_name_tokens(
    session: BookingSession, tokens: Sequence[bytes], *, practitioner: str | None, limit: int
) -> Sequence[BookedPatient]:
    """Those whose names have all of these tokens, the newest bookings first.

    The first token is looked up, and should be the rarest; the others are checked.
    """
    first = TOKENS.alias()
    newest = select(first.c.patient).where(first.c.token == tokens[0])
    for token in tokens[1:]:
        other = TOKENS.alias()
        has_token = select(other.c.token).where(
            other.c.token == token,
            other.c.booked_at == first.c.booked_at,
            other.c.patient == first.c.patient,
        )
        newest = newest.where(has_token.exists())
    newest = newest.where(*_has_visit_with(practitioner, first.c.patient))
    newest = newest.order_by(first.c.booked_at.desc(), first.c.patient.desc()).limit(limit)
    return await _newest(session, BOOKED.where(PATIENTS.id.in_(newest)), None, limit)


async def patients_by_phone(
    session: BookingSession, phone_index: bytes, *, practitioner: str | None, limit: int
) -> Sequence[BookedPatient]:
    return await _newest(session, BOOKED.where(PATIENTS.phone_index == phone_index), practitioner, limit)


async def patients_by_email(
    session: BookingSession, email_index: bytes, *, practitioner: str | None, limit: int
) -> Sequence[BookedPatient]:
    return await _newest(session, BOOKED.where(PATIENTS.email_index == email_index), practitioner, limit)


async def patients_by_reference(
    session: BookingSession, first: str, last: str, *, practitioner: str | None, limit: int
) -> Sequence[BookedPatient]:
    """Those with a visit of a reference from `first` to `last`."""
    visits = select(APPOINTMENTS.patient).where(APPOINTMENTS.reference.between(first, last))
    return await _newest(session, BOOKED.where(PATIENTS.id.in_(visits)), practitioner, limit)


async def patients_with_contact(
    session: BookingSession,
    *,
    emails: Collection[bytes],
    phones: Collection[bytes],
    names: Collection[bytes],
    practitioner: str | None,
    limit: int,
) -> Sequence[BookedPatient]:
    """Those of one of these addresses or numbers who have one of these names, the newest bookings first."""
    # A statement for each column: an OR would use no index.
    same = union(
        select(PATIENTS.id).where(PATIENTS.email_index.in_(emails), PATIENTS.name_index.in_(names)),
        select(PATIENTS.id).where(PATIENTS.phone_index.in_(phones), PATIENTS.name_index.in_(names)),
    )
    return await _newest(session, BOOKED.where(PATIENTS.id.in_(same)), practitioner, limit)


async def visits_of_patients(
    session: BookingSession, patients: Collection[uuid.UUID]
) -> Sequence[VisitOfPerson]:
    """In no order: one would have the database read all visits of a practitioner."""
    rows = await session.execute(VISITS.where(APPOINTMENTS.patient.in_(patients)))
    return [VisitOfPerson(*row) for row in rows]


async def _newest(
    session: BookingSession, query: Select[Any], practitioner: str | None, limit: int
) -> Sequence[BookedPatient]:
    query = query.where(PATIENTS.erased_at.is_(None), *_has_visit_with(practitioner, PATIENTS.id))
    rows = await session.execute(query.order_by(PATIENTS.created_at.desc(), PATIENTS.id.desc()).limit(limit))
    return [BookedPatient(*row) for row in rows]


def _has_visit_with(practitioner: str | None, patient: ColumnElement[uuid.UUID]) -> list[ColumnElement[bool]]:
    if practitioner is None:
        return []
    own = select(APPOINTMENTS.id).where(
        APPOINTMENTS.patient == patient, APPOINTMENTS.practitioner == practitioner
    )
    return [own.exists()]
