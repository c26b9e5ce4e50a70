"""Telling listeners what has happened, at least once each, after the commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from booking.domain.errors import TryAgain
from booking.domain.hookspecs import DynamicListeners, Listener, PermanentFailure
from booking.extensions.isolation import with_timeout
from booking.storage.database import Database
from booking.storage.queries.outbox import (
    FAMILY_SEPARATOR,
    DueDelivery,
    claim_deliveries,
    listeners_with_due_deliveries,
    register_listeners,
    settle_delivery,
)
from booking.storage.session import BookingSession

log = logging.getLogger("book_online")

POLL_INTERVAL = timedelta(seconds=1)
BATCH_SIZE = 10
LISTENER_TIMEOUT = timedelta(seconds=30)
LEASE = timedelta(minutes=1)
"""For so long a delivery is ours; if we die meanwhile, somebody else takes it up after it."""
RETRY_DELAYS = [timedelta(seconds=10), *(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 960))]
"""Before each further attempt; a day in all."""

NO_DYNAMIC_LISTENERS: Mapping[str, DynamicListeners] = {}

Clock = Callable[[BookingSession], Awaitable[datetime]]


async def run_relay(
    database: Database,
    listeners: Mapping[str, Listener],
    families: Mapping[str, DynamicListeners] = NO_DYNAMIC_LISTENERS,
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
            with _logging_failures():
                if not is_registered:
                    async with database.write() as session:
                        await register_listeners(session, listeners, absent=absent)
                    is_registered = True
                for name in await _listeners_due(database, clock):
                    hears = _listener_named(name, listeners, families)
                    if hears and (name not in lanes or lanes[name].done()):
                        lanes[name] = running.create_task(_deliver_all(database, name, hears, clock))
            await asyncio.sleep(POLL_INTERVAL.total_seconds())


async def deliver_due(
    database: Database,
    listeners: Mapping[str, Listener],
    families: Mapping[str, DynamicListeners] = NO_DYNAMIC_LISTENERS,
    *,
    clock: Clock,
) -> int:
    """One round; answers how many deliveries were due. Several processes share them."""
    names = await _listeners_due(database, clock)
    known = [(name, hears) for name in names if (hears := _listener_named(name, listeners, families))]
    return sum(await asyncio.gather(*(_deliver_batch(database, name, hears, clock) for name, hears in known)))


def _listener_named(
    name: str, listeners: Mapping[str, Listener], families: Mapping[str, DynamicListeners]
) -> Listener | None:
    """None for whom another process knows, and tells."""
    family, _, member = name.partition(FAMILY_SEPARATOR)
    return families[family](member) if member and family in families else listeners.get(name)


@contextmanager
def _logging_failures() -> Iterator[None]:
    try:
        yield
    except TryAgain:
        pass  # The log knows already.
    except Exception:
        log.exception("what has happened could not be told; we go on")


async def _listeners_due(database: Database, clock: Clock) -> Sequence[str]:
    async with database.read() as session:
        return await listeners_with_due_deliveries(session, now=await clock(session))


async def _deliver_all(database: Database, name: str, hears: Listener, clock: Clock) -> None:
    with _logging_failures():
        while await _deliver_batch(database, name, hears, clock):
            pass


async def _deliver_batch(database: Database, name: str, hears: Listener, clock: Clock) -> int:
    async with database.write() as session:
        now = await clock(session)
        claimed = await claim_deliveries(session, name, now=now, until=now + LEASE, most=BATCH_SIZE)
    await asyncio.gather(*(_deliver(database, hears, due, clock) for due in claimed))
    return len(claimed)


async def _deliver(database: Database, hears: Listener, due: DueDelivery, clock: Clock) -> None:
    wait = None
    is_heard = False
    try:
        await with_timeout(hears(due.event, due.manage_token), LISTENER_TIMEOUT)
        is_heard = True
    except PermanentFailure as reason:
        log.error("%s gave up on %s %s: %s", due.listener, due.event.kind, due.event.id, reason)
    except Exception as reason:  # a listener is somebody else's code
        wait = RETRY_DELAYS[due.attempts - 1] if due.attempts <= len(RETRY_DELAYS) else None
        next_time = f"again in {wait}" if wait else "given up"
        told = (due.listener, due.attempts, due.event.kind, due.event.id, next_time)
        log.warning("%s, attempt %d at %s %s failed, %s", *told, exc_info=reason)
    async with database.write() as session:
        now = await clock(session)
        await settle_delivery(
            session,
            due,
            delivered_at=now if is_heard else None,
            again_at=now + wait if wait else None,
        )
