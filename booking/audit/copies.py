"""Copies of the whole database, or of its key store, in the audit trail: made, put back, or begun."""

from datetime import datetime
from enum import StrEnum

from booking.audit.record import append
from booking.domain.actor import Actor
from booking.storage.models.audit import AuditAction
from booking.storage.queries.audit import last_event_about
from booking.storage.session import BookingSession


class CopyEvent(StrEnum):
    """As the trail says it."""

    BACKED_UP = "database backed up"
    RESTORED = "database restored from a backup"
    KEYS_BACKED_UP = "key store backed up"
    KEYS_RESTORED = "key store restored from a backup"
    MOVED = "move to another database begun"


RESTORES = (CopyEvent.RESTORED, CopyEvent.KEYS_RESTORED)


async def record_copy(session: BookingSession, actor: Actor, event: CopyEvent, *, now: datetime) -> None:
    """
    Raises:
        KeyProblem: the key store can't be used.
        TryAgain: the event can't be recorded.
    """
    action = AuditAction.UPDATE if event in RESTORES else AuditAction.EXPORT
    await append(session, actor, action, [{"detail": event}], now=now)


async def last_copy_at(session: BookingSession, event: CopyEvent) -> datetime | None:
    """When there last was such an event; None if there never was."""
    found = await last_event_about(session, event)
    return found.recorded_at if found else None
