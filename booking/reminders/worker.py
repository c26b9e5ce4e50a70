"""The worker that takes reminders when they are due, beside the outbox relay."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.background import Clock, repeat
from booking.reminders.due import take_due_reminders
from booking.reminders.replan import is_plan_current, plan_next_visits
from booking.storage.database import Database
from booking.storage.queries.locks import try_lock_reminders
from booking.storage.queries.reminders import has_due_reminders

FIRST_AFTER = timedelta(seconds=5)
"""A start has enough to do."""
INTERVAL = timedelta(seconds=15)


async def remind(database: Database, *, now: datetime) -> None:
    """Plan what is to be planned anew, then take all that is due. Several processes take turns.

    Until all is planned by the clinic's rules of now, none is sent by those of before.

    Raises:
        TryAgain: the database can't answer just now. Steps that were done stay done.
    """
    async with database.read() as session:
        is_current, is_due = await is_plan_current(session), await has_due_reminders(session, now)
    while not is_current:
        async with database.write() as session:
            if not await try_lock_reminders(session):
                return
            is_current = await plan_next_visits(session, now=now)
        await asyncio.sleep(0)  # SQLite is called within the event loop.
    while is_due:
        async with database.write() as session:
            if not await try_lock_reminders(session) or not await is_plan_current(session):
                return
            is_due = await take_due_reminders(session, now=now) > 0
        await asyncio.sleep(0)


@dataclass(frozen=True)
class ReminderWorker:
    """Takes what is due, and looks again every few seconds."""

    database: Database
    clock: Clock

    async def run(self) -> None:
        """Never ends by itself; a failure waits for the next look."""
        await repeat(
            lambda now: remind(self.database, now=now),
            self.database,
            self.clock,
            first_after=FIRST_AFTER,
            interval=INTERVAL,
            failure="reminders could not be taken; it is tried again",
        )
