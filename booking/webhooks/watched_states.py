"""The states that events of changes are about: the catalogue, and the open times."""

from collections.abc import Collection
from datetime import datetime

from booking.domain.events import CHANGE_EVENTS, EventKind
from booking.storage.models.outbox import WatchedState
from booking.storage.queries.messages.webhooks import availability_fingerprint, catalogue_fingerprint
from booking.storage.session import BookingSession


async def watch_states(session: BookingSession, kinds: Collection[str], *, now: datetime) -> None:
    """Begin to watch what these kinds of events are about, unless it is watched already."""
    for kind in CHANGE_EVENTS:
        if kind in kinds and await session.get(WatchedState, kind) is None:
            session.add(
                WatchedState(kind=kind, fingerprint=await fingerprint_of(session, kind, now, now), since=now)
            )


async def fingerprint_of(session: BookingSession, kind: str, since: datetime, now: datetime) -> str:
    """What is announced by events of this kind; visits that start before `since` don't count."""
    if kind == EventKind.CATALOGUE_CHANGED:
        return await catalogue_fingerprint(session)
    return await availability_fingerprint(session, since=since, now=now)
