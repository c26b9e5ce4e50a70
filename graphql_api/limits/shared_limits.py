"""SharedLimits: replicas on one PostgreSQL tell each other what clients have spent, once a second.

A request is counted where it comes in, and asks nobody. So limits hold while the database is away, by the
count of each process alone; what was spent meanwhile is told as soon as it answers.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.queries.clock import current_time
from booking.storage.queries.holds import add_spent, buckets_changed_since, delete_full_buckets
from graphql_api.limits.rate_limiting import ClientLimits

log = logging.getLogger("book_online")

INTERVAL_SECONDS = 1
PAUSE_SECONDS = 10
"""After a failure."""
MOST_AT_ONCE = 1_000
"""Buckets that are told of at once: those from which most was taken. The others follow a second later."""
OVERLAP = timedelta(seconds=10)
"""A transaction may be seen so long after its time."""
LOOK_BACK = timedelta(hours=1)
"""At the start: no bucket takes longer to fill."""

Spent = dict[tuple[str, bytes], float]
"""Seconds of filling, by limit and client."""


@dataclass
class Exchanges:
    """How the exchanges of one server go."""

    last_at: float | None = None
    """By the monotonic clock: the last that went well, or the start; None where there are no others."""
    failures: int = 0


class SharedLimits:
    def __init__(self, database: Database, limits: ClientLimits, exchanges: Exchanges) -> None:
        """`limits` keep what is not told yet; `exchanges` say how it went."""
        self._database = database
        self._limits = limits
        self._exchanges = exchanges
        self._since: datetime | None = None

    async def run(self) -> None:
        """Until cancelled, where there may be others."""
        if self._database.can_have_replicas:
            self._exchanges.last_at = monotonic()  # An exchange that never ends is seen, too.
        while self._database.can_have_replicas:
            pause = INTERVAL_SECONDS
            try:
                await self.exchange()
            except Exception as reason:
                if not isinstance(reason, TryAgain):  # Of that the database has logged the reason.
                    log.exception("limits can't be shared with other replicas, so each counts for itself")
                self._exchanges.failures += 1
                pause = PAUSE_SECONDS
            await asyncio.sleep(pause)

    async def exchange(self) -> None:
        """Tell what was spent since the last time, and learn what is known by now.

        Raises:
            TryAgain: the database can't answer just now. What was spent is told next time.
        """
        spent = self._take_spent()
        try:
            if spent:
                async with self._database.write() as session:
                    now = await current_time(session)
                    times = {bucket: timedelta(seconds=seconds) for bucket, seconds in spent.items()}
                    await add_spent(session, times, now=now)
                    await delete_full_buckets(session, until=now - LOOK_BACK)
        except BaseException:
            for (limit, client), seconds in spent.items():
                self._limits.named[limit].put_back(client, seconds)
            raise
        async with self._database.read() as session:
            now = await current_time(session)
            changed = await buckets_changed_since(session, self._since or now - LOOK_BACK)
        for bucket in changed:
            buckets = self._limits.buckets_named(bucket.limit)
            if buckets is not None:
                buckets.learn(bucket.client, (bucket.full_at - now).total_seconds())
        self._since = now - OVERLAP
        self._exchanges.last_at = monotonic()

    def _take_spent(self) -> Spent:
        told = {
            (limit, client): seconds
            for limit, buckets in self._limits.named.items()
            for client, seconds in buckets.untold()
        }
        if len(told) > MOST_AT_ONCE:
            most = sorted(told, key=lambda bucket: abs(told[bucket]), reverse=True)[:MOST_AT_ONCE]
            told = {bucket: told[bucket] for bucket in most}
        for limit, client in told:
            self._limits.named[limit].take_untold(client)
        return told


async def try_exchange(database: Database) -> None:
    """Do with the database what an exchange does, and take it back.

    Raises:
        TryAgain: the database can't answer just now.
        DBAPIError: it refuses.
    """
    async with database.write() as session:
        now = await current_time(session)
        await add_spent(session, {("trial", b"trial"): timedelta()}, now=now)
        await buckets_changed_since(session, now)
        await delete_full_buckets(session, until=now - LOOK_BACK)
        await session.rollback()
