"""Calendars that visits are written into, and how what is written there differs from the visits."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from booking.storage.models.appointments import Appointment
from booking.storage.models.desk.visit_calendars import VisitCalendar, WrittenVisit
from booking.storage.queries.appointments import STANDS
from booking.storage.session import BookingSession

THEIRS = and_(WrittenVisit.calendar == VisitCalendar.id, WrittenVisit.appointment == Appointment.id)
HOLDS_GOOD = and_(STANDS, Appointment.practitioner == VisitCalendar.practitioner)


async def visit_calendars(session: BookingSession) -> Sequence[VisitCalendar]:
    """All of them, by practitioner."""
    return (await session.scalars(select(VisitCalendar).order_by(VisitCalendar.practitioner))).all()


async def visit_calendar_by_id(session: BookingSession, id: uuid.UUID) -> VisitCalendar | None:
    return await session.get(VisitCalendar, id, populate_existing=True)


async def visit_calendar_of(session: BookingSession, practitioner: str) -> VisitCalendar | None:
    query = select(VisitCalendar).where(VisitCalendar.practitioner == practitioner)
    return (await session.scalars(query)).one_or_none()


async def visits_to_write(
    session: BookingSession, calendar: uuid.UUID, now: datetime, *, limit: int
) -> Sequence[Appointment]:
    """Coming visits that are not in the calendar, or changed since they were written; the next first."""
    query = (
        select(Appointment)
        .join(VisitCalendar, VisitCalendar.practitioner == Appointment.practitioner)
        .outerjoin(WrittenVisit, THEIRS)
        .where(VisitCalendar.id == calendar, _is_to_write(now))
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()


async def visits_to_delete(
    session: BookingSession, calendar: uuid.UUID, *, limit: int
) -> Sequence[uuid.UUID]:
    """Visits in the calendar that were cancelled or erased, or are another practitioner's now."""
    query = (
        select(WrittenVisit.appointment)
        .join(VisitCalendar, VisitCalendar.id == WrittenVisit.calendar)
        .where(
            WrittenVisit.calendar == calendar,
            ~exists().where(Appointment.id == WrittenVisit.appointment, HOLDS_GOOD),
        )
        .order_by(WrittenVisit.appointment)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def calendars_to_write(
    session: BookingSession, now: datetime, *, compared_every: timedelta
) -> Sequence[uuid.UUID]:
    """The calendars whose turn has come, and that differ from the visits or are to be compared again."""
    to_write = (
        select(Appointment.id)
        .outerjoin(WrittenVisit, THEIRS)
        .where(Appointment.practitioner == VisitCalendar.practitioner, _is_to_write(now))
        .correlate(VisitCalendar)
        .exists()
    )
    to_delete = (
        select(WrittenVisit.appointment)
        .where(
            WrittenVisit.calendar == VisitCalendar.id,
            ~exists().where(Appointment.id == WrittenVisit.appointment, HOLDS_GOOD),
        )
        .correlate(VisitCalendar)
        .exists()
    )
    compared = VisitCalendar.compared_at
    is_old = or_(compared.is_(None), compared <= now - compared_every)
    query = select(VisitCalendar.id).where(
        VisitCalendar.next_write_at <= now, or_(is_old, to_write, to_delete)
    )
    return (await session.scalars(query.order_by(VisitCalendar.next_write_at, VisitCalendar.id))).all()


async def claim_visit_calendar(
    session: BookingSession, id: uuid.UUID, *, now: datetime, until: datetime
) -> bool:
    """Whether its turn has still come; until then no other process takes it."""
    due = update(VisitCalendar).where(VisitCalendar.id == id, VisitCalendar.next_write_at <= now)
    taken = due.values(next_write_at=until).returning(VisitCalendar.id)
    return (await session.execute(taken)).one_or_none() is not None


async def written_visits(session: BookingSession, calendar: uuid.UUID) -> Mapping[uuid.UUID, WrittenVisit]:
    """By appointment."""
    query = select(WrittenVisit).where(WrittenVisit.calendar == calendar)
    return {row.appointment: row for row in await session.scalars(query)}


async def forget_written(
    session: BookingSession, calendar: uuid.UUID, appointments: Collection[uuid.UUID]
) -> None:
    query = delete(WrittenVisit).where(
        WrittenVisit.calendar == calendar, WrittenVisit.appointment.in_(appointments)
    )
    await session.execute(query)


async def write_again(
    session: BookingSession, calendar: uuid.UUID, appointments: Collection[uuid.UUID]
) -> None:
    """Note that the calendar may have something else of these."""
    theirs = WrittenVisit.calendar == calendar, WrittenVisit.appointment.in_(appointments)
    await session.execute(update(WrittenVisit).where(*theirs).values(version=None))


def _is_to_write(now: datetime) -> ColumnElement[bool]:
    changed = or_(WrittenVisit.version.is_(None), WrittenVisit.version != Appointment.version)
    return and_(STANDS, Appointment.ends_at > now, changed)
