"""What stands on the front desk's agenda in a stretch of time: visits and held times."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, select

from booking.encryption.cipher import Ciphertext
from booking.storage.base import core_table
from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.holds import Hold
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY

APPOINTMENTS, PATIENTS = core_table(Appointment).c, core_table(Patient).c
HOLDS = core_table(Hold).c


class AgendaVisit(NamedTuple):
    """A visit and what is encrypted of it, without objects of the ORM: a day has hundreds."""

    id: uuid.UUID
    reference: str
    version: int
    status: AppointmentStatus
    status_changed_at: datetime | None
    service: str
    practitioner: str
    location: str
    starts_at: datetime
    ends_at: datetime
    impossible_since: datetime | None
    patient: uuid.UUID
    name: Ciphertext | None
    data_key: uuid.UUID | None
    topics: Ciphertext | None
    has_contact_person: bool
    has_patient_note: bool
    has_note: bool
    squeeze_in: bool
    is_confirmed: bool


class AgendaHold(NamedTuple):
    """A time that somebody holds and has not booked."""

    practitioner: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    by_staff: bool
    squeeze_in: bool


class MonthVisit(NamedTuple):
    """When a visit is, and for how long its practitioner is taken."""

    practitioner: str
    service: str
    starts_at: datetime
    ends_at: datetime
    squeeze_in: bool


# Statements of every page are built once: that takes longer than SQLite needs to run them.
_PRACTITIONERS: BindParameter[str] = bindparam("practitioners", expanding=True)
_IN_STRETCH = (
    APPOINTMENTS.practitioner.in_(_PRACTITIONERS),
    # A day before the stretch: a visit takes half a day at most, and the index knows only when it starts.
    APPOINTMENTS.starts_at > bindparam("since"),
    APPOINTMENTS.starts_at < bindparam("end"),
    APPOINTMENTS.ends_at > bindparam("start"),
)
_VISITS = (
    select(
        APPOINTMENTS.id,
        APPOINTMENTS.reference,
        APPOINTMENTS.version,
        APPOINTMENTS.status,
        APPOINTMENTS.status_changed_at,
        APPOINTMENTS.service,
        APPOINTMENTS.practitioner,
        APPOINTMENTS.location,
        APPOINTMENTS.starts_at,
        APPOINTMENTS.ends_at,
        APPOINTMENTS.impossible_since,
        APPOINTMENTS.patient,
        PATIENTS.name,
        PATIENTS.data_key,
        APPOINTMENTS.tell_practitioner,
        PATIENTS.contact_name.is_not(None),
        PATIENTS.note.is_not(None),
        APPOINTMENTS.desk_note.is_not(None),
        APPOINTMENTS.squeeze_in,
        APPOINTMENTS.confirmed_at.is_not(None),
    )
    .join_from(core_table(Appointment), core_table(Patient), PATIENTS.id == APPOINTMENTS.patient)
    .where(*_IN_STRETCH)
    .order_by(APPOINTMENTS.starts_at, APPOINTMENTS.id)
)
_MONTH = select(
    APPOINTMENTS.practitioner,
    APPOINTMENTS.service,
    APPOINTMENTS.starts_at,
    APPOINTMENTS.ends_at,
    APPOINTMENTS.squeeze_in,
).where(*_IN_STRETCH, APPOINTMENTS.status != AppointmentStatus.CANCELLED)
_HOLDS = select(
    HOLDS.practitioner, HOLDS.starts_at, HOLDS.ends_at, HOLDS.expires_at, HOLDS.by_staff, HOLDS.squeeze_in
).where(
    HOLDS.practitioner.in_(_PRACTITIONERS),
    HOLDS.expires_at > bindparam("now"),
    HOLDS.client.is_not(None),
    HOLDS.starts_at < bindparam("end"),
    HOLDS.ends_at > bindparam("start"),
)


async def agenda_visits(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str]
) -> Sequence[AgendaVisit]:
    """Visits of any status that touch the stretch, in order of time."""
    rows = await session.execute(_VISITS, _stretch(start, end, practitioners))
    return [AgendaVisit._make(row) for row in rows]


async def month_visits(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str]
) -> Sequence[MonthVisit]:
    """Visits that stand and touch the stretch, in no order."""
    rows = await session.execute(_MONTH, _stretch(start, end, practitioners))
    return [MonthVisit._make(row) for row in rows]


async def agenda_holds(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str], now: datetime
) -> Sequence[AgendaHold]:
    """What is held at `now` and have not booked, in no order."""
    values = {"practitioners": list(practitioners), "start": start, "end": end, "now": now}
    return [AgendaHold._make(row) for row in await session.execute(_HOLDS, values)]


def _stretch(start: datetime, end: datetime, practitioners: Collection[str]) -> dict[str, object]:
    return {"practitioners": list(practitioners), "since": start - DAY, "start": start, "end": end}
