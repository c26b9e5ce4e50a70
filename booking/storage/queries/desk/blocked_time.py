"""Blocked time and extra hours that stand, and what is booked or held in a stretch of time."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, select

from booking.storage.models.appointments import Appointment
from booking.storage.models.desk.blocked_time import BlockedTime, ExtraHours
from booking.storage.models.holds import Hold
from booking.storage.queries.appointments import STANDS
from booking.storage.session import BookingSession

Span = tuple[datetime, datetime]
"""From the first instant up to the second."""


class DeskTime(NamedTuple):
    """A stretch of a practitioner's time, without an object of the ORM; `location` None is everywhere."""

    practitioner: str
    location: str | None
    starts_at: datetime
    ends_at: datetime


async def blocks_between(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str]
) -> Sequence[BlockedTime]:
    """Blocked time that touches the stretch, in order of time."""
    query = select(BlockedTime).where(*_standing(BlockedTime, start, end, practitioners))
    return (await session.scalars(query.order_by(BlockedTime.starts_at, BlockedTime.id))).all()


async def extra_hours_between(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str]
) -> Sequence[ExtraHours]:
    """Extra hours that touch the stretch, in order of time."""
    query = select(ExtraHours).where(*_standing(ExtraHours, start, end, practitioners))
    return (await session.scalars(query.order_by(ExtraHours.starts_at, ExtraHours.id))).all()


async def desk_times_between(
    session: BookingSession,
    kind: type[BlockedTime] | type[ExtraHours],
    start: datetime,
    end: datetime,
    *,
    practitioners: Collection[str],
) -> list[DeskTime]:
    """The stretches of all blocked time, or of all extra hours, in no order."""
    columns = [getattr(kind, name) for name in DeskTime._fields]
    query = select(*columns).where(*_standing(kind, start, end, practitioners))
    return [DeskTime(*row) for row in await session.execute(query)]


def _standing(
    kind: type[BlockedTime] | type[ExtraHours], start: datetime, end: datetime, practitioners: Collection[str]
) -> list[ColumnElement[bool]]:
    return [
        kind.removed_at.is_(None),
        kind.practitioner.in_(practitioners),
        kind.ends_at > start,
        kind.starts_at < end,
    ]


async def block_by_id(session: BookingSession, id: uuid.UUID) -> BlockedTime | None:
    return await session.get(BlockedTime, id, populate_existing=True)


async def last_block_by(session: BookingSession, actor: str, *, since: datetime) -> BlockedTime | None:
    """The latest block that the actor has written since then and that stands; of a series its first day."""
    query = select(BlockedTime).where(
        BlockedTime.created_by == actor, BlockedTime.created_at >= since, BlockedTime.removed_at.is_(None)
    )
    latest = query.order_by(BlockedTime.created_at.desc(), BlockedTime.starts_at, BlockedTime.id).limit(1)
    return (await session.scalars(latest)).one_or_none()


async def extra_hours_by_id(session: BookingSession, id: uuid.UUID) -> ExtraHours | None:
    return await session.get(ExtraHours, id, populate_existing=True)


async def blocks_of_series(
    session: BookingSession, series: uuid.UUID, *, after: datetime
) -> Sequence[BlockedTime]:
    """The rows of a recurring block that stand and end after the instant, in order of time."""
    query = select(BlockedTime).where(
        BlockedTime.series == series, BlockedTime.removed_at.is_(None), BlockedTime.ends_at > after
    )
    return (await session.scalars(query.order_by(BlockedTime.starts_at))).all()


async def visits_within(
    session: BookingSession, spans: Sequence[Span], practitioner: str, location: str | None
) -> Sequence[Appointment]:
    """The practitioner's visits that stand and touch any of the stretches, in order of time.

    `location` None is everywhere.
    """
    # A series has hundreds of stretches: the database finds the visits around all of them.
    around = _around(Appointment, spans, practitioner, location)
    query = select(Appointment).where(around, STANDS)
    rows = (await session.scalars(query.order_by(Appointment.starts_at, Appointment.id))).all()
    return [row for row in rows if any(row.starts_at < end and row.ends_at > start for start, end in spans)]


async def holds_within(
    session: BookingSession, spans: Sequence[Span], practitioner: str, location: str | None, *, now: datetime
) -> int:
    """How many times within the stretches visitors hold at this moment, and have not booked."""
    around = _around(Hold, spans, practitioner, location)
    is_booked = exists().where(Appointment.id == Hold.id)
    query = select(Hold.starts_at, Hold.ends_at).where(around, Hold.expires_at > now, ~is_booked)
    rows = await session.execute(query)
    return sum(any(first < end and last > start for start, end in spans) for first, last in rows)


def _around(
    kind: type[Appointment] | type[Hold], spans: Sequence[Span], practitioner: str, location: str | None
) -> ColumnElement[bool]:
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    at = [] if location is None else [kind.location == location]
    return and_(kind.practitioner == practitioner, kind.starts_at < last, kind.ends_at > first, *at)
