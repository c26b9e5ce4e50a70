"""Visits of a span, counted in the database: nothing about patients is read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, case, cast, extract, func, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from booking.storage.base import core_table
from booking.storage.models.appointments import Appointment, AppointmentStatus, BookingSource
from booking.storage.session import BookingSession

APPOINTMENTS = core_table(Appointment).c
DIMENSIONS = ("practitioner", "service", "source")


class VisitCount(NamedTuple):
    """Visits that are alike. `due` are those that have begun, `seconds` the practitioner's time they take."""

    practitioner: str
    service: str
    source: BookingSource
    status: AppointmentStatus
    visits: int
    due: int
    seconds: int


class LeadCount(NamedTuple):
    """Visits that were booked so many whole days ahead; `value` is the practitioner, service or source."""

    value: str
    days: int
    visits: int


def _seconds(start: ColumnElement[datetime], end: ColumnElement[datetime]) -> ColumnElement[int]:
    return cast(extract("epoch", end) - extract("epoch", start), BigInteger)


_IN_SPAN = (
    APPOINTMENTS.practitioner.in_(bindparam("practitioners", expanding=True)),
    APPOINTMENTS.starts_at >= bindparam("start"),
    APPOINTMENTS.starts_at < bindparam("end"),
)
_STANDS = APPOINTMENTS.status != AppointmentStatus.CANCELLED
_IS_DUE = or_(
    APPOINTMENTS.status == AppointmentStatus.NOSHOW,
    _STANDS & (APPOINTMENTS.starts_at <= bindparam("now")),
)
_ALIKE = (APPOINTMENTS.practitioner, APPOINTMENTS.service, APPOINTMENTS.source, APPOINTMENTS.status)
_COUNTS = (
    select(
        *_ALIKE,
        func.count(),
        func.count(case((_IS_DUE, 1))),
        cast(
            func.coalesce(
                func.sum(
                    case(
                        (
                            _STANDS & ~APPOINTMENTS.squeeze_in,
                            _seconds(APPOINTMENTS.starts_at, APPOINTMENTS.ends_at),
                        )
                    )
                ),
                0,
            ),
            BigInteger,
        ),
    )
    .where(*_IN_SPAN)
    .group_by(*_ALIKE)
)
# A literal: as a parameter it would be another one in the list of columns than in GROUP BY.
_LEAD_DAYS = _seconds(APPOINTMENTS.created_at, APPOINTMENTS.starts_at) // literal_column("86400", BigInteger)
_LEADS = {
    name: select(APPOINTMENTS[name], _LEAD_DAYS, func.count())
    .where(*_IN_SPAN, _STANDS)
    .group_by(APPOINTMENTS[name], _LEAD_DAYS)
    for name in DIMENSIONS
}


async def visit_counts(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str], now: datetime
) -> Sequence[VisitCount]:
    """Visits of any status that begin in the span, in no order."""
    values = {"practitioners": list(practitioners), "start": start, "end": end, "now": now}
    return [VisitCount._make(row) for row in await session.execute(_COUNTS, values)]


async def lead_counts(
    session: BookingSession,
    dimension: str,
    start: datetime,
    end: datetime,
    *,
    practitioners: Collection[str],
) -> Sequence[LeadCount]:
    """Visits that stand and begin in the span, by one of the `DIMENSIONS`, in no order."""
    values = {"practitioners": list(practitioners), "start": start, "end": end}
    return [LeadCount._make(row) for row in await session.execute(_LEADS[dimension], values)]
