"""The worker that keeps the copies of calendars elsewhere fresh, beside the outbox relay."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.background import Clock, repeat
from booking.calendars.busy.refresh import BusyCalendarRefresher
from booking.storage.database import Database
from booking.storage.queries.desk.busy_calendars import calendars_to_ask, claim_calendar

FIRST_AFTER = timedelta(seconds=8)
"""A start has enough to do."""
INTERVAL = timedelta(seconds=20)
AT_ONCE = 2
"""So many are asked at the same time: each is expanded in a process of its own."""
TURN = 20
LEASE = timedelta(minutes=3)
"""A process that ends while it asks leaves the calendar to another after this."""


async def refresh_due(database: Database, refresher: BusyCalendarRefresher, *, now: datetime) -> int:
    """Ask the calendars that are due, and return how many were; several processes share them.

    Raises:
        TryAgain: the database can't answer just now.
    """
    async with database.read() as session:
        due = await calendars_to_ask(session, now, limit=TURN)
    if not due:
        return 0
    async with database.write() as session:
        claimed = [each for each in due if await claim_calendar(session, each, now=now, until=now + LEASE)]
    free = asyncio.Semaphore(AT_ONCE)

    async def refresh(calendar: uuid.UUID) -> None:
        async with free:
            await refresher.refresh(calendar, now=now)

    await asyncio.gather(*map(refresh, claimed))
    return len(claimed)


@dataclass(frozen=True)
class BusyCalendarWorker:
    """Asks what is due, and looks again every few seconds."""

    database: Database
    refresher: BusyCalendarRefresher
    clock: Clock

    async def run(self) -> None:
        """Never ends by itself; a failure waits for the next look. With it ends all that is being asked."""
        try:
            await repeat(
                lambda now: refresh_due(self.database, self.refresher, now=now),
                self.database,
                self.clock,
                first_after=FIRST_AFTER,
                interval=INTERVAL,
                failure="calendars elsewhere could not be asked; it is tried again",
            )
        finally:
            await self.refresher.close()
