"""Copies of practitioners' calendars elsewhere, as a refresh would have stored them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from booking.calendars.busy.intervals import Interval
from booking.calendars.busy.source import CalendarSource, encrypt_source
from booking.storage.base import insert_rows
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendar, BusyCalendarKind, BusyInterval
from tests.support.clinics import NOW


async def add_copy(
    database: Database, practitioner: str, intervals: Sequence[Interval], *, copied_at: datetime = NOW
) -> uuid.UUID:
    calendar_id = uuid.uuid4()
    source = CalendarSource(BusyCalendarKind.ICS, "https://127.0.0.1/never-asked.ics")
    async with database.read() as session:
        secret = await encrypt_source(session, calendar_id, source)
    calendar = BusyCalendar(
        id=calendar_id,
        practitioner=practitioner,
        kind=BusyCalendarKind.ICS,
        secret=secret,
        created_at=copied_at,
        created_by="a test",
        next_ask_at=copied_at,
        copied_at=copied_at,
        copy=uuid.uuid4(),
        unread=0,
    )
    rows = [BusyInterval(calendar=calendar.id, starts_at=first, ends_at=last) for first, last in intervals]
    async with database.write() as session:
        session.add(calendar)
        await session.flush()
        if rows:
            await insert_rows(session, rows)
    return calendar_id
