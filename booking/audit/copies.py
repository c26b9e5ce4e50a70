"""Copies of the whole database in the audit trail: when one was made, and when one was put back."""

from datetime import datetime

from booking.audit.record import append
from booking.domain.actor import Actor
from booking.storage.models.audit import AuditAction
from booking.storage.queries.audit import last_event_about
from booking.storage.session import BookingSession

BACKED_UP = "database backed up"
RESTORED = "database restored from a backup"
MOVED = "move to another database begun"


async def record_backup(session: BookingSession, actor: Actor, *, now: datetime) -> None:
    """
    Raises:
        KeyProblem: the key store can't be used.
        TryAgain: the event can't be recorded.
    """
    await append(session, actor, AuditAction.EXPORT, [{"detail": BACKED_UP}], now=now)


async def record_restore(session: BookingSession, actor: Actor, *, now: datetime) -> None:
    """
    Raises:
        KeyProblem: the key store can't be used.
        TryAgain: the event can't be recorded.
    """
    await append(session, actor, AuditAction.UPDATE, [{"detail": RESTORED}], now=now)


async def record_move(session: BookingSession, actor: Actor, *, now: datetime) -> None:
    """
    Raises:
        KeyProblem: the key store can't be used.
        TryAgain: the event can't be recorded.
    """
    await append(session, actor, AuditAction.EXPORT, [{"detail": MOVED}], now=now)


async def last_backup_at(session: BookingSession) -> datetime | None:
    """When `book-online backup` last wrote a file; None if it never did."""
    event = await last_event_about(session, BACKED_UP)
    return event.recorded_at if event else None
