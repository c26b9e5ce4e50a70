"""The worker that writes visits into practitioners' calendars, beside the outbox relay."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.background import Clock, repeat
from booking.calendars.visit_calendars.write import COMPARED_EVERY, VisitCalendarWriter
from booking.storage.database import Database
from booking.storage.queries.desk.visit_calendars import calendars_to_write, claim_visit_calendar

FIRST_AFTER = timedelta(seconds=12)
"""A start has enough to do."""
INTERVAL = timedelta(seconds=10)
LEASE = timedelta(minutes=5)
"""Longer than a turn with its last request. If the process dies, another goes on afterwards."""


async def write_due(database: Database, writer: VisitCalendarWriter, *, now: datetime) -> int:
    """Write what differs, into one calendar after the other; how many events. Several processes share them.

    Raises:
        TryAgain: the database can't answer just now.
    """
    async with database.read() as session:
        due = await calendars_to_write(session, now, compared_every=COMPARED_EVERY)
    count = 0
    for calendar in due:
        async with database.write() as session:
            is_claimed = await claim_visit_calendar(session, calendar, now=now, until=now + LEASE)
        if is_claimed:
            count += await writer.write(calendar, now=now)
    return count


@dataclass(frozen=True)
class VisitCalendarWorker:
    """Writes what is due, and looks again every few seconds."""

    database: Database
    writer: VisitCalendarWriter
    clock: Clock

    async def run(self) -> None:
        """Never ends by itself; a failure waits for the next look."""
        await repeat(
            lambda now: write_due(self.database, self.writer, now=now),
            self.database,
            self.clock,
            first_after=FIRST_AFTER,
            interval=INTERVAL,
            failure="visits could not be written into calendars; it is tried again",
        )
