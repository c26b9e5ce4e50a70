"""Makes a calendar as the visits are: the difference is computed each time, so that nothing can be missed."""

import asyncio
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.source import CalendarSource
from booking.calendars.ical import visit_ical
from booking.calendars.visit_calendars.account import (
    account_of,
    delete_event,
    etags,
    event_name,
    put_event,
)
from booking.catalogue.lookup import all_locations, all_services
from booking.outbound_http.client import OutboundClient
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Clinic, Location
from booking.storage.models.catalogue.services import Service
from booking.storage.models.desk.busy_calendars import BusyCode
from booking.storage.models.desk.visit_calendars import WrittenVisit
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.visit_calendars import (
    forget_written,
    visit_calendar_by_id,
    visits_to_delete,
    visits_to_write,
    write_again,
    written_visits,
)
from booking.storage.session import BookingSession

COMPARED_EVERY = timedelta(days=1)
TURN_SECONDS = 90.0
"""A process that has written for so long lets others go on."""
BATCH = 20
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=30)


@dataclass(frozen=True)
class EventText:
    """A visit as it is to be written."""

    appointment: uuid.UUID
    version: int
    text: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


@dataclass(frozen=True)
class VisitCalendarWriter:
    """Only one at a time writes into a calendar: whoever calls has claimed it."""

    database: Database
    client: OutboundClient

    async def write(self, id: uuid.UUID, *, now: datetime) -> int:
        """Write and delete what differs; how many events. What fails is stored, and tried again later.

        Raises:
            TryAgain: the database can't answer just now.
        """
        async with self.database.read() as session:
            calendar = await visit_calendar_by_id(session, id)
            if calendar is None:
                return 0
            account = await account_of(session, calendar)
            is_old = calendar.compared_at is None or calendar.compared_at <= now - COMPARED_EVERY
        count, is_done = 0, False
        ends_at = asyncio.get_running_loop().time() + TURN_SECONDS
        try:
            if is_old:
                await self._compare(id, account, now=now)
            while not is_done and asyncio.get_running_loop().time() < ends_at:
                changed = await self._write_batch(id, account, now=now)
                count, is_done = count + changed, changed == 0
        except RefreshFailed as failed:
            await self._settle(id, failed.code, is_done=False, now=now)
        else:
            await self._settle(id, None, is_done=is_done, now=now)
        return count

    async def _write_batch(self, id: uuid.UUID, account: CalendarSource, *, now: datetime) -> int:
        async with self.database.read() as session:
            gone = await visits_to_delete(session, id, limit=BATCH)
            events = await event_texts(session, id, now=now, limit=BATCH)
        for appointment in gone:
            await delete_event(self.client, account, appointment)
            async with self.database.write() as session:
                await forget_written(session, id, [appointment])
        for event in events:
            etag = await put_event(self.client, account, event.appointment, event.text)
            if not await self._note(id, event, etag):
                await delete_event(self.client, account, event.appointment)
                return 0
        return len(gone) + len(events)

    async def _note(self, id: uuid.UUID, event: EventText, etag: str | None) -> bool:
        """Note what was written; not where the calendar was removed meanwhile."""
        async with self.database.write() as session:
            if await visit_calendar_by_id(session, id) is None:
                return False
            row = WrittenVisit(
                calendar=id,
                appointment=event.appointment,
                version=event.version,
                digest=event.digest,
                etag=etag,
            )
            await session.merge(row)
        return True

    async def _compare(self, id: uuid.UUID, account: CalendarSource, *, now: datetime) -> None:
        """Find what somebody else has changed or deleted in the calendar, or the clinic in its own names."""
        found = await etags(self.client, account)
        async with self.database.read() as session:
            written = await written_visits(session, id)
            visits = [row for row in await appointments_by_id(session, written.keys()) if row.stands]
            coming = [row.id for row in visits if row.ends_at > now]
            events = await event_texts(session, id, now=now, appointments=coming)
        differing = [
            event.appointment
            for event in events
            if written[event.appointment].digest != event.digest
            or found.get(event_name(event.appointment), "") != written[event.appointment].etag
        ]
        async with self.database.write() as session:
            await write_again(session, id, differing)
            await forget_written(session, id, [row.id for row in visits if row.ends_at <= now])
            if (calendar := await visit_calendar_by_id(session, id)) is not None:
                calendar.compared_at = now

    async def _settle(self, id: uuid.UUID, failure: BusyCode | None, *, is_done: bool, now: datetime) -> None:
        async with self.database.write() as session:
            calendar = await visit_calendar_by_id(session, id)
            if calendar is None:
                return
            calendar.failure = failure
            if failure is None:
                calendar.failing_since, calendar.next_write_at = None, now
                calendar.written_at = now if is_done else calendar.written_at
                return
            calendar.failing_since = calendar.failing_since or now
            failing_for = now - calendar.failing_since
            calendar.next_write_at = now + max(SHORTEST_WAIT, min(failing_for, LONGEST_WAIT))


async def event_texts(
    session: BookingSession,
    id: uuid.UUID,
    *,
    now: datetime,
    limit: int = BATCH,
    appointments: Sequence[uuid.UUID] | None = None,
) -> list[EventText]:
    """The visits that are to be written into the calendar, or else these."""
    calendar = await visit_calendar_by_id(session, id)
    if calendar is None:
        return []
    if appointments is None:
        rows = await visits_to_write(session, id, now, limit=limit)
    else:
        rows = await appointments_by_id(session, appointments)
    if not rows:
        return []
    return await asyncio.to_thread(
        _texts,
        rows,
        await get_clinic(session),
        await all_services(session),
        await all_locations(session),
        with_reference=calendar.with_reference,
    )


def _texts(
    rows: Sequence[Appointment],
    clinic: Clinic,
    services: Mapping[str, Service],
    locations: Mapping[str, Location],
    *,
    with_reference: bool,
) -> list[EventText]:
    """In a thread: a full calendar takes a while to write."""
    return [
        EventText(
            row.id,
            row.version,
            visit_ical(
                clinic,
                row,
                services[row.service],
                locations[row.location],
                with_reference=with_reference,
            ),
        )
        for row in rows
    ]
