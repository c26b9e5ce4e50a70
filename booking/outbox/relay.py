"""The outbox relay: delivers events to listeners after the commit, at least once to each."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from booking.background import Clock
from booking.domain.errors import TryAgain
from booking.domain.hookspecs import DynamicListeners, Listener, PermanentFailure, TemporaryFailure
from booking.extensions.isolation import with_timeout
from booking.storage.database import Database
from booking.storage.queries.outbox import (
    FAMILY_SEPARATOR,
    DueDelivery,
    claim_deliveries,
    forget_tokens,
    listener_statuses,
    listeners_with_due_deliveries,
    register_listeners,
    settle_delivery,
)
from booking.tracing import span

log = logging.getLogger("book_online")

POLL_INTERVAL = timedelta(seconds=1)
WATCH_INTERVAL = timedelta(seconds=5)
BATCH_SIZE = 10
LISTENER_TIMEOUT = timedelta(seconds=30)
TOKENS_FORGOTTEN_EVERY = timedelta(hours=1)
LEASE = timedelta(minutes=1)
"""How long a claimed delivery belongs to one process; if that dies, another takes it up afterwards."""
RETRY_DELAYS = [
    timedelta(seconds=10),
    *(timedelta(minutes=minutes) for minutes in (1, 5, 30)),
    *(timedelta(hours=hours) for hours in (2, 6, 16, 12, 12, 12, 12, 12, 12)),
]
"""Before each further attempt: four days in all, longer than any weekend."""


class Watcher(Protocol):
    """Records events about what it finds changed."""

    async def watch(self, *, now: datetime) -> None: ...


@dataclass
class OutboxRelay:
    """Delivers what is due to the listeners of this process. Several processes share the deliveries."""

    database: Database
    listeners: Mapping[str, Listener]
    families: Mapping[str, DynamicListeners] = field(default_factory=dict)
    _: KW_ONLY
    clock: Clock
    watchers: Sequence[Watcher] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    """Listeners that this process can't serve, and why."""
    # A plain default would be an attribute of the class, and so a method.
    on_failure: Callable[[Exception], None] = field(default_factory=lambda: _ignore, init=False)
    """Called with what a listener raises, beside the log: tests collect it."""
    is_registered: bool = field(default=False, init=False)

    async def register(self) -> None:
        """From now on every event is due to these listeners, too.

        Log the listeners that this process does not serve, with the number of deliveries that wait.

        Raises:
            TryAgain: the database can't answer just now; `run` registers as soon as it can.
        """
        async with self.database.write() as session:
            await register_listeners(session, self.listeners)
            waiting = {status.name: status.waiting for status in await listener_statuses(session)}
        self.is_registered = True
        for name in sorted({*waiting, *self.missing} - {*self.listeners}):
            reason = self.missing.get(name, "no feature of this process has it")
            log.warning("%s is not served: %s; %d deliveries wait", name, reason, waiting.get(name, 0))

    async def run(self) -> None:
        """Deliver until cancelled. Each listener has a worker: a slow one delays no other."""
        workers: dict[str, asyncio.Task[None]] = {}
        monotonic = asyncio.get_running_loop().time
        forget_at = monotonic()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            while True:
                with _failures_logged():
                    if not self.is_registered:
                        await self.register()
                    if monotonic() >= forget_at:
                        await self.forget_tokens()
                        forget_at = monotonic() + TOKENS_FORGOTTEN_EVERY.total_seconds()
                    for name, listener in await self._listeners_due():
                        if name not in workers or workers[name].done():
                            workers[name] = tasks.create_task(self._deliver_all(name, listener))
                await asyncio.sleep(POLL_INTERVAL.total_seconds())

    async def _watch(self) -> None:
        while self.watchers:
            await asyncio.sleep(WATCH_INTERVAL.total_seconds())
            with _failures_logged():
                async with self.database.read() as session:
                    now = await self.clock(session)
                for watcher in self.watchers:
                    await watcher.watch(now=now)

    async def forget_tokens(self) -> None:
        """Forget the tokens of manage links of visits that are over."""
        async with self.database.write() as session:
            await forget_tokens(session, now=await self.clock(session))

    async def deliver_due(self) -> int:
        """Deliver one batch to each listener, and return the number of deliveries that were due."""
        due = await self._listeners_due()
        return sum(await asyncio.gather(*(self._deliver_batch(name, listener) for name, listener in due)))

    async def _listeners_due(self) -> list[tuple[str, Listener]]:
        """The listeners of this process that have due deliveries."""
        async with self.database.read() as session:
            names = await listeners_with_due_deliveries(session, now=await self.clock(session))
        return [(name, listener) for name in names if (listener := self._listener(name))]

    def _listener(self, name: str) -> Listener | None:
        family, _, member = name.partition(FAMILY_SEPARATOR)
        if member and family in self.families:
            return self.families[family](member)
        return self.listeners.get(name)

    async def _deliver_all(self, name: str, listener: Listener) -> None:
        with _failures_logged():
            while await self._deliver_batch(name, listener):
                pass

    async def _deliver_batch(self, name: str, listener: Listener) -> int:
        async with self.database.write() as session:
            now = await self.clock(session)
            claimed = await claim_deliveries(session, name, now=now, until=now + LEASE, limit=BATCH_SIZE)
        await asyncio.gather(*(self._deliver(due, listener) for due in claimed))
        return len(claimed)

    async def _deliver(self, due: DueDelivery, listener: Listener) -> None:
        retry_delay = None
        is_delivered = False
        try:
            kind = {"book_online.event": str(due.event.kind)}
            with span("delivery", kind):
                await with_timeout(listener(due.event, due.manage_token), LISTENER_TIMEOUT)
            is_delivered = True
        except PermanentFailure as reason:
            self.on_failure(reason)
            log.error("%s gave up on %s %s: %s", due.listener, due.event.kind, due.event.id, reason)
        except Exception as reason:  # a feature's listener may raise anything
            self.on_failure(reason)
            retry_delay = RETRY_DELAYS[due.attempts - 1] if due.attempts <= len(RETRY_DELAYS) else None
            attempt = (due.listener, due.attempts, due.event.kind, due.event.id)
            outcome = f"again in {retry_delay}" if retry_delay else "given up"
            if isinstance(reason, TemporaryFailure):
                log.warning("%s, attempt %d at %s %s failed, %s: %s", *attempt, outcome, reason)
            else:
                log.warning("%s, attempt %d at %s %s failed, %s", *attempt, outcome, exc_info=reason)
        async with self.database.write() as session:
            now = await self.clock(session)
            await settle_delivery(
                session,
                due,
                delivered_at=now if is_delivered else None,
                again_at=now + retry_delay if retry_delay else None,
            )
            if not is_delivered and retry_delay is None:
                await forget_tokens(session, now=now)


def _ignore(_failure: Exception) -> None:
    """The log has it."""


@contextmanager
def _failures_logged() -> Iterator[None]:
    try:
        yield
    except TryAgain:
        pass  # The database has logged the reason.
    except Exception:
        log.exception("the outbox relay failed; it goes on")
