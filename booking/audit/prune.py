"""Pruning: the oldest events are deleted when their retention has ended, and a checkpoint remains."""

from datetime import datetime

from booking.audit.record import append
from booking.domain.actor import Actor
from booking.storage.models.audit import AuditAction
from booking.storage.queries.audit import delete_events_through, last_event_before
from booking.storage.session import BookingSession

MAX_PRUNED = 5_000
"""The most rows that one call deletes."""


async def prune_trail(
    session: BookingSession, actor: Actor, *, until: datetime, now: datetime, limit: int = MAX_PRUNED
) -> int:
    """Delete the oldest events that were recorded before `until`, in the caller's transaction; their number.

    An event of its own, the checkpoint, says up to which number. It is chained like all others: without it
    the database refuses to delete, and a verification misses the rows. Each call with anything to delete
    appends one checkpoint, so calling it once a day is enough.
    """
    last = await last_event_before(session, until, limit=limit)
    if last is None:
        return 0
    checkpoint = {"detail": "the audit trail was pruned", "pruned_through": last}
    await append(session, actor, AuditAction.DELETE, [checkpoint], now=now)
    return await delete_events_through(session, last)
