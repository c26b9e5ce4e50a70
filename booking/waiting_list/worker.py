"""The worker that fills time which has opened from the waiting list, beside the outbox relay."""

import asyncio
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.background import Clock, repeat
from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from booking.storage.models.waiting_list import OfferOutcome
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_schedules, try_lock_waiting_list
from booking.storage.queries.waiting_list import (
    end_entries,
    expired_offers,
    has_work,
    note_openings,
    practitioners_to_sweep,
    practitioners_with_openings,
)
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY
from booking.waiting_list.end import end_offer
from booking.waiting_list.offer import offer_open_times
from booking.waiting_list.rules import waiting_list_rules

FIRST_AFTER = timedelta(seconds=5)
"""A start has enough to do."""
INTERVAL = timedelta(seconds=5)
SWEEP = timedelta(minutes=10)
"""All who wait are looked at so often, whatever was noted: a busy source tells nobody when its time ends."""


async def fill_open_times(database: Database, *, now: datetime, sweep: bool = False) -> None:
    """End offers that have expired, and offer what has opened. Several processes take turns.

    With `sweep` all that is open is looked at, and entries whose last day is over end.

    Raises:
        TryAgain: the database can't answer just now. Steps that were done stay done.
    """
    async with database.read() as session:
        rules = waiting_list_rules(await get_clinic(session))
        is_quiet = rules is not None and rules.is_quiet(now)
        is_idle = not sweep and not await has_work(session, now, expired_alone=is_quiet)
    if rules is None or is_idle:
        return
    async with database.write() as session:
        if not await try_lock_waiting_list(session):
            return
        await _end_expired(session, now=now)
        if sweep:
            await end_entries(session, (now - DAY).date(), now=now)
            await note_openings(session, await practitioners_to_sweep(session), due_at=now)
    if is_quiet:
        return
    actor = Actor(ActorKind.SERVER, "waiting list", socket.gethostname())
    async with database.read() as session:
        practitioners = await practitioners_with_openings(session, now)
    for practitioner in practitioners:
        async with database.write() as session:
            if not await try_lock_waiting_list(session):
                return
            await offer_open_times(session, practitioner, actor=actor, now=now)
        await asyncio.sleep(0)  # SQLite is called within the event loop.


async def _end_expired(session: BookingSession, *, now: datetime) -> None:
    expired = await expired_offers(session, now)
    await lock_schedules(session, {offer.practitioner for offer in expired})
    for offer in expired:
        await session.refresh(offer)  # It may have been taken in its last moment.
        if offer.outcome is None:
            await end_offer(session, offer, OfferOutcome.EXPIRED, now=now)


@dataclass(frozen=True)
class WaitingListWorker:
    """Offers what has opened, and looks again every few seconds."""

    database: Database
    clock: Clock

    async def run(self) -> None:
        """Never ends by itself; a failure waits for the next look."""
        swept_at: datetime | None = None

        async def fill(now: datetime) -> None:
            nonlocal swept_at
            is_due = swept_at is None or now - swept_at >= SWEEP
            await fill_open_times(self.database, now=now, sweep=is_due)
            swept_at = now if is_due else swept_at

        await repeat(
            fill,
            self.database,
            self.clock,
            first_after=FIRST_AFTER,
            interval=INTERVAL,
            failure="open times could not be offered to those who wait; it is tried again",
        )
