"""Practitioners' calendars elsewhere, and when they make somebody busy."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, update

from booking.storage.models.desk.busy_calendars import BusyCalendar, BusyInterval
from booking.storage.session import BookingSession


class CalendarCopy(NamedTuple):
    """What the rulebook needs of a calendar, without an object of the ORM. `copy` names its intervals."""

    id: uuid.UUID
    practitioner: str
    copy: uuid.UUID | None
    copied_at: datetime | None
    asked_at: datetime | None
    failing_since: datetime | None


async def practitioners_with_calendars(session: BookingSession) -> frozenset[str]:
    """Slugs of those who have a calendar elsewhere."""
    return frozenset(await session.scalars(select(BusyCalendar.practitioner).distinct()))


async def calendar_copies(session: BookingSession, practitioners: Collection[str]) -> list[CalendarCopy]:
    """The state of all calendars of these practitioners."""
    columns = [getattr(BusyCalendar, name) for name in CalendarCopy._fields]
    query = select(*columns).where(BusyCalendar.practitioner.in_(practitioners))
    return [CalendarCopy(*row) for row in await session.execute(query)]


async def intervals_of_calendars(
    session: BookingSession, calendars: Collection[uuid.UUID], start: datetime, end: datetime
) -> Mapping[uuid.UUID, Sequence[tuple[datetime, datetime]]]:
    """The intervals of each calendar that touch the stretch, in order of time."""
    columns = BusyInterval.calendar, BusyInterval.starts_at, BusyInterval.ends_at
    query = select(*columns).where(
        BusyInterval.calendar.in_(calendars), BusyInterval.ends_at > start, BusyInterval.starts_at < end
    )
    intervals: dict[uuid.UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for calendar, starts_at, ends_at in await session.execute(query.order_by(BusyInterval.starts_at)):
        intervals[calendar].append((starts_at, ends_at))
    return intervals


async def all_intervals_of(session: BookingSession, calendar: uuid.UUID) -> list[tuple[datetime, datetime]]:
    """The whole copy of a calendar, in order of time."""
    columns = select(BusyInterval.starts_at, BusyInterval.ends_at)
    query = columns.where(BusyInterval.calendar == calendar).order_by(BusyInterval.starts_at)
    return [(starts_at, ends_at) for starts_at, ends_at in await session.execute(query)]


async def drop_intervals_of(session: BookingSession, calendar: uuid.UUID) -> None:
    await session.execute(delete(BusyInterval).where(BusyInterval.calendar == calendar))


async def busy_calendars(
    session: BookingSession, practitioners: Collection[str] | None = None
) -> Sequence[BusyCalendar]:
    """All calendars, or those of these practitioners: of one after the other, the oldest first."""
    of: list[ColumnElement[bool]] = []
    if practitioners is not None:
        of.append(BusyCalendar.practitioner.in_(practitioners))
    order = BusyCalendar.practitioner, BusyCalendar.created_at, BusyCalendar.id
    return (await session.scalars(select(BusyCalendar).where(*of).order_by(*order))).all()


async def busy_calendar_by_id(session: BookingSession, id: uuid.UUID) -> BusyCalendar | None:
    return await session.get(BusyCalendar, id, populate_existing=True)


async def calendars_to_ask(session: BookingSession, now: datetime, *, limit: int) -> Sequence[uuid.UUID]:
    """The calendars that are due, the longest due first."""
    due = select(BusyCalendar.id).where(BusyCalendar.next_ask_at <= now)
    return (await session.scalars(due.order_by(BusyCalendar.next_ask_at).limit(limit))).all()


async def claim_calendar(session: BookingSession, id: uuid.UUID, *, now: datetime, until: datetime) -> bool:
    """Whether the calendar is still due; until then no other process takes it."""
    due = update(BusyCalendar).where(BusyCalendar.id == id, BusyCalendar.next_ask_at <= now)
    taken = due.values(next_ask_at=until).returning(BusyCalendar.id)
    return (await session.execute(taken)).one_or_none() is not None


class CalendarHealth(NamedTuple):
    """All calendars together: how many, how many of them fail, and when the oldest copy was made."""

    number: int
    failing: int
    oldest_copy: datetime | None


async def health_of_calendars(session: BookingSession) -> CalendarHealth:
    """One that was never copied counts from when it was added."""
    copied = func.min(func.coalesce(BusyCalendar.copied_at, BusyCalendar.created_at))
    query = select(func.count(), func.count(BusyCalendar.failing_since), copied)
    return CalendarHealth(*(await session.execute(query)).one())
