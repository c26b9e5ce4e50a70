"""Telling listeners what has happened, at least once each, after the commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from booking.errors import TryAgain
from booking.hooks import GiveUp, Listener
from booking.storage import outbox
from booking.storage.database import Database
from booking.storage.outbox import Due

log = logging.getLogger("book_online")

PAUSE = timedelta(seconds=1)
AT_ONCE = 10
TIME_LIMIT = timedelta(seconds=30)
CLAIM = timedelta(minutes=1)
"""For so long a delivery is ours; if we die meanwhile, somebody else takes it up after it."""
WAITS = [timedelta(seconds=10), *(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 960))]
"""Before each further attempt; a day in all."""

Clock = Callable[[AsyncSession], Awaitable[datetime]]


async def carry(database: Database, listeners: Mapping[str, Listener], *, clock: Clock) -> None:
    """Until it is cancelled."""
    is_registered = False
    while True:
        due = 0
        try:
            if not is_registered:
                async with database.write() as session:
                    await outbox.register(session, listeners)
                is_registered = True
            due = await deliver_due(database, listeners, clock=clock)
        except TryAgain:
            pass  # The log knows already.
        except Exception:
            log.exception("what has happened could not be told; we go on")
        if not due:
            await asyncio.sleep(PAUSE.total_seconds())


async def deliver_due(database: Database, listeners: Mapping[str, Listener], *, clock: Clock) -> int:
    """One round; answers how many deliveries were due. Several processes share them."""
    async with database.read() as session:
        if not await outbox.is_any_due(session, now=await clock(session)):
            return 0
    async with database.write() as session:
        now = await clock(session)
        claimed = await outbox.claim(session, now=now, until=now + CLAIM, most=AT_ONCE)
    await asyncio.gather(*(_deliver(database, listeners, due, clock) for due in claimed))
    return len(claimed)


async def _deliver(database: Database, listeners: Mapping[str, Listener], due: Due, clock: Clock) -> None:
    wait = None
    is_heard = False
    try:
        async with asyncio.timeout(TIME_LIMIT.total_seconds()):
            await listeners[due.listener](due.event, due.manage_token)
        is_heard = True
    except GiveUp as reason:
        log.error("%s gave up on %s %s: %s", due.listener, due.event.kind, due.event.id, reason)
    except Exception as reason:  # a listener is somebody else's code
        wait = WAITS[due.attempts - 1] if due.attempts <= len(WAITS) else None
        next_time = f"again in {wait}" if wait else "given up"
        told = (due.listener, due.attempts, due.event.kind, due.event.id, next_time)
        log.warning("%s, attempt %d at %s %s failed, %s", *told, exc_info=reason)
    async with database.write() as session:
        now = await clock(session)
        await outbox.settle(
            session,
            due,
            delivered_at=now if is_heard else None,
            again_at=now + wait if wait else None,
        )
