"""Telling listeners what has happened, at least once each, after the commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from booking.errors import TryAgain
from booking.hooks import Family, GiveUp, Listener
from booking.storage import outbox
from booking.storage.database import Database
from booking.storage.outbox import Due
from booking.strangers import in_time

log = logging.getLogger("book_online")

PAUSE = timedelta(seconds=1)
AT_ONCE = 10
TIME_LIMIT = timedelta(seconds=30)
CLAIM = timedelta(minutes=1)
"""For so long a delivery is ours; if we die meanwhile, somebody else takes it up after it."""
WAITS = [timedelta(seconds=10), *(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 960))]
"""Before each further attempt; a day in all."""

NONE: Mapping[str, Family] = {}

Clock = Callable[[AsyncSession], Awaitable[datetime]]


async def carry(
    database: Database,
    listeners: Mapping[str, Listener],
    families: Mapping[str, Family] = NONE,
    *,
    clock: Clock,
    is_registered: bool = False,
    absent: Collection[str] = (),
) -> None:
    """Until it is cancelled; registers the listeners first, unless they are (see `outbox.register`).

    Each listener has a lane: one that is slow keeps nobody else waiting.
    """
    lanes: dict[str, asyncio.Task[None]] = {}
    async with asyncio.TaskGroup() as running:
        while True:
            with _going_on():
                if not is_registered:
                    async with database.write() as session:
                        await outbox.register(session, listeners, absent=absent)
                    is_registered = True
                for name in await _who_is_due(database, clock):
                    hears = _find(name, listeners, families)
                    if hears and (name not in lanes or lanes[name].done()):
                        lanes[name] = running.create_task(_tell_all(database, name, hears, clock))
            await asyncio.sleep(PAUSE.total_seconds())


async def deliver_due(
    database: Database,
    listeners: Mapping[str, Listener],
    families: Mapping[str, Family] = NONE,
    *,
    clock: Clock,
) -> int:
    """One round; answers how many deliveries were due. Several processes share them."""
    names = await _who_is_due(database, clock)
    known = [(name, hears) for name in names if (hears := _find(name, listeners, families))]
    return sum(await asyncio.gather(*(_tell_some(database, name, hears, clock) for name, hears in known)))


def _find(name: str, listeners: Mapping[str, Listener], families: Mapping[str, Family]) -> Listener | None:
    """None for whom another process knows, and tells."""
    family, _, member = name.partition(outbox.OF_A_FAMILY)
    return families[family](member) if member and family in families else listeners.get(name)


@contextmanager
def _going_on() -> Iterator[None]:
    try:
        yield
    except TryAgain:
        pass  # The log knows already.
    except Exception:
        log.exception("what has happened could not be told; we go on")


async def _who_is_due(database: Database, clock: Clock) -> Sequence[str]:
    async with database.read() as session:
        return await outbox.who_is_due(session, now=await clock(session))


async def _tell_all(database: Database, name: str, hears: Listener, clock: Clock) -> None:
    with _going_on():
        while await _tell_some(database, name, hears, clock):
            pass


async def _tell_some(database: Database, name: str, hears: Listener, clock: Clock) -> int:
    async with database.write() as session:
        now = await clock(session)
        claimed = await outbox.claim(session, name, now=now, until=now + CLAIM, most=AT_ONCE)
    await asyncio.gather(*(_deliver(database, hears, due, clock) for due in claimed))
    return len(claimed)


async def _deliver(database: Database, hears: Listener, due: Due, clock: Clock) -> None:
    wait = None
    is_heard = False
    try:
        await in_time(hears(due.event, due.manage_token), TIME_LIMIT)
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
