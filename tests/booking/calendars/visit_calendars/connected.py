"""A practitioner's calendar on a CalDAV server, and the clinic that writes visits into it."""

from dataclasses import dataclass
from datetime import datetime

import httpx
from icalendar import Calendar, Event

from booking.calendars.busy.source import CalendarSource
from booking.calendars.visit_calendars.account import etags, event_url
from booking.calendars.visit_calendars.manage import connect_calendar
from booking.calendars.visit_calendars.worker import write_due
from booking.calendars.visit_calendars.write import VisitCalendarWriter
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendarKind
from booking.storage.models.desk.visit_calendars import VisitCalendar
from booking.storage.queries.desk.visit_calendars import visit_calendar_of
from tests.booking.appointments.blocked_clinic import RECEPTION
from tests.booking.calendars.busy.caldav_servers import PASSWORD, USER
from tests.booking.calendars.busy.conftest import client
from tests.booking.notifications.bookings import SampleBooking
from tests.support.clinics import NOW


@dataclass
class Connected:
    """Practitioner one's calendar on the server, and the clinic that writes into it."""

    database: Database
    account: CalendarSource

    async def write(self, *, now: datetime = NOW) -> int:
        return await write_due(self.database, VisitCalendarWriter(self.database, client()), now=now)

    async def state(self) -> VisitCalendar:
        async with self.database.read() as session:
            found = await visit_calendar_of(session, "one")
        assert found is not None
        return found

    async def names(self) -> set[str]:
        """Of the events that the server has."""
        return {name for name in await etags(client(), self.account) if name.endswith(".ics")}

    async def text(self, booking: SampleBooking) -> str:
        return (await self.ask("GET", booking)).text

    async def event(self, booking: SampleBooking) -> Event:
        calendar = Calendar.from_ical(await self.text(booking))
        assert isinstance(calendar, Calendar)
        [event] = calendar.events
        return event

    async def ask(self, method: str, booking: SampleBooking, text: str = "") -> httpx.Response:
        """As another program of the practitioner's would."""
        url = event_url(self.account, booking.appointments[0].id)
        async with httpx.AsyncClient(auth=(USER, PASSWORD), trust_env=False, timeout=60) as browser:
            headers = {"content-type": "text/calendar"}
            answer = await browser.request(method, url, content=text.encode(), headers=headers)
        answer.raise_for_status()
        return answer


def account_at(url: str, *, password: str = PASSWORD) -> CalendarSource:
    return CalendarSource(BusyCalendarKind.CALDAV, url, USER, password)


async def connect(one: Connected, *, with_reference: bool = False) -> None:
    await connect_calendar(
        one.database,
        client(),
        "one",
        one.account,
        with_reference=with_reference,
        actor=RECEPTION,
        now=NOW,
    )


def name_of(booking: SampleBooking) -> str:
    return f"{booking.appointments[0].id}.ics"
