"""Work that a server does again and again beside its requests."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.session import BookingSession

log = logging.getLogger("book_online")

Clock = Callable[[BookingSession], Awaitable[datetime]]


async def repeat(
    work: Callable[[datetime], Awaitable[object]],
    database: Database,
    clock: Clock,
    *,
    first_after: timedelta,
    interval: timedelta,
    failure: str,
) -> None:
    """Do the work with the time of now, wait for `interval`, and so on: it never ends by itself.

    A failure is logged with the sentence `failure`, and waits for the next time.
    """
    await asyncio.sleep(first_after.total_seconds())
    while True:
        try:
            async with database.read() as session:
                now = await clock(session)
            await work(now)
        except TryAgain:
            pass  # The database has logged the reason.
        except Exception:
            log.exception(failure)
        await asyncio.sleep(interval.total_seconds())
