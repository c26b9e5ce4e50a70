"""Events about changes of the catalogue and of open times: one for a burst of changes.

Holds and bookings write nothing for them, so that no booking waits for another one's event. Each process
compares fingerprints every few seconds instead, if an endpoint asked for such events.
"""

import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking.domain.events import CHANGE_EVENTS, Event, EventKind
from booking.outbox.relay import LEASE
from booking.storage.database import Database
from booking.storage.models.outbox import WatchedState
from booking.storage.queries.messages.webhooks import all_endpoints
from booking.storage.queries.outbox import listeners_that_wait, record_event_for
from booking.storage.session import BookingSession
from booking.webhooks.endpoints import listener_name
from booking.webhooks.watched_states import fingerprint_of

QUIET = timedelta(seconds=10)
"""A change is announced once nothing has changed for so long,"""
MAX_DELAY = timedelta(minutes=1)
"""and at the latest so long after it."""
RECHECKED_EVERY = timedelta(minutes=1)
"""Without a commit: holds expire silently."""


@dataclass
class ChangeWatcher:
    """Records an event when the catalogue or the open times have changed since the last one."""

    database: Database
    _token: Hashable = field(default=None, init=False)
    _checked_at: datetime | None = field(default=None, init=False)
    _is_changing: bool = field(default=False, init=False)

    async def watch(self, *, now: datetime) -> None:
        """Compare, and record the events that are due."""
        token = await self.database.change_token.read(is_recent=False)
        is_unchanged = token is not None and token == self._token and not self._is_changing
        if is_unchanged and self._checked_at and now - self._checked_at < RECHECKED_EVERY:
            return
        async with self.database.read() as session:
            changing = [
                kind for kind in await _kinds_asked_for(session) if await _differs(session, kind, now)
            ]
        if changing:
            async with self.database.write() as session:
                for kind in changing:
                    await _announce(session, kind, now=now)
        self._token, self._checked_at, self._is_changing = token, now, bool(changing)


async def _kinds_asked_for(session: BookingSession) -> list[EventKind]:
    endpoints = [row for row in await all_endpoints(session) if row.disabled_at is None]
    return [kind for kind in CHANGE_EVENTS if any(kind in row.kinds for row in endpoints)]


async def _differs(session: BookingSession, kind: EventKind, now: datetime) -> bool:
    """Whether a change is to be announced or forgotten."""
    state = await session.get(WatchedState, kind)
    if state is None:
        return False
    return (
        state.seen is not None or await fingerprint_of(session, kind, state.since, now) != state.fingerprint
    )


async def _announce(session: BookingSession, kind: EventKind, *, now: datetime) -> None:
    """Note a change, or record its event when the burst of changes is over or has lasted too long."""
    # Locked: another process may be about to announce the same change.
    state = await session.get_one(WatchedState, kind, with_for_update=True, populate_existing=True)
    found = await fingerprint_of(session, kind, state.since, now)
    if found == state.fingerprint:  # It was taken back, or another process announced it.
        state.seen = state.seen_at = state.changing_since = None
        return
    if found != state.seen:
        state.seen, state.seen_at = found, now
        state.changing_since = state.changing_since or now
    if now - (state.seen_at or now) < QUIET and now - (state.changing_since or now) < MAX_DELAY:
        return
    state.seen = state.seen_at = state.changing_since = None
    state.since, state.fingerprint = now, await fingerprint_of(session, kind, now, now)
    # An endpoint that still waits for such an event is told by that one. One that is perhaps being sent
    # was sent too early.
    waiting = await listeners_that_wait(session, kind, not_before=now + LEASE)
    listeners = [
        name
        for row in await all_endpoints(session)
        if row.disabled_at is None and kind in row.kinds and (name := listener_name(row.id)) not in waiting
    ]
    if listeners:
        event = Event(uuid.uuid4(), kind, (), now)
        await record_event_for(session, event, listeners, ordering_key=uuid.uuid5(uuid.NAMESPACE_DNS, kind))
