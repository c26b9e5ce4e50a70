"""A clinic whose practitioner `one` has a calendar elsewhere: a file on a server on loopback."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from booking.calendars.busy.manage import add_calendar
from booking.calendars.busy.refresh import BusyCalendarRefresher
from booking.calendars.busy.source import EXAMPLE, CalendarSource
from booking.outbound_http.client import OutboundClient
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendar, BusyCalendarKind
from booking.storage.queries.desk.busy_calendars import all_intervals_of, busy_calendars
from tests.booking.appointments.blocked_clinic import CLINIC, RECEPTION
from tests.booking.calendars.busy.calendar_files import calendar_file
from tests.booking.webhooks.receiver import Receiver, running_receiver
from tests.support.clinics import NOW, open_clinic


def client(patience: float = 30) -> OutboundClient:
    return OutboundClient(to_private=True, patience=patience, example=EXAMPLE)


def served(text: str, head: str = "") -> bytes:
    body = text.encode()
    return f"HTTP/1.1 200 OK\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class CalendarElsewhere:
    """What the server has, and what the clinic has of it."""

    database: Database
    server: Receiver
    refresher: BusyCalendarRefresher

    def has(self, *entries: Sequence[str], head: str = "") -> None:
        self.server.responses = [served(calendar_file(*entries), head)]

    def answers(self, response: bytes) -> None:
        self.server.responses = [response]

    async def add(self, practitioner: str = "one", *, now: datetime = NOW) -> BusyCalendar:
        source = CalendarSource(BusyCalendarKind.ICS, self.server.url)
        return await add_calendar(self.database, client(), practitioner, source, actor=RECEPTION, now=now)

    async def refresh(self, *, now: datetime) -> BusyCalendar:
        """The only calendar, after it was asked."""
        (calendar,) = await self.listed()
        await self.refresher.refresh(calendar.id, now=now)
        (calendar,) = await self.listed()
        return calendar

    async def listed(self) -> Sequence[BusyCalendar]:
        async with self.database.read() as session:
            return await busy_calendars(session)

    async def intervals(self) -> list[tuple[datetime, datetime]]:
        async with self.database.read() as session:
            return [
                interval
                for calendar in await busy_calendars(session)
                for interval in await all_intervals_of(session, calendar.id)
            ]


@pytest.fixture
async def elsewhere(database: Database) -> AsyncIterator[CalendarElsewhere]:
    await open_clinic(database, CLINIC)
    refresher = BusyCalendarRefresher(database, client(), patience=timedelta(seconds=30))
    database.before_hold = refresher.before_hold
    async with running_receiver() as server:
        yield CalendarElsewhere(database, server, refresher)
