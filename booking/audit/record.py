"""Recording: events are appended to the audit trail in the transaction of what they record."""

import logging
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError, NoResultFound

from booking.audit.chain import TrailHead, chained
from booking.audit.key import audit_hmac
from booking.domain.actor import Actor
from booking.domain.error_text import one_line
from booking.domain.errors import TryAgain
from booking.storage.models.audit import AuditAction
from booking.storage.queries.audit import append_events, lock_audit_head
from booking.storage.session import BookingSession
from booking.storage.transient_errors import is_damage, is_transient

log = logging.getLogger("book_online")


async def record_audit(
    session: BookingSession,
    actor: Actor | None,
    action: AuditAction,
    patients: Iterable[uuid.UUID],
    *,
    detail: str,
    now: datetime,
) -> None:
    """Append an event for each of the patients: one for each, all in one statement.

    `actor` is None for the patient, whose own acts leave no event. `detail` says in fixed words, without data
    of the patient, what was seen or done.

    Until the transaction ends, no other one can record anything: call this as its last part. Data that were
    read may be shown only after the commit.

    Raises:
        KeyProblem: the key store can't be used.
        TryAgain: the events can't be recorded, so that the caller must neither show nor change anything.
    """
    fields = [{"patient": patient, "detail": detail} for patient in dict.fromkeys(patients)]
    if actor is not None and fields:
        await append(session, actor, action, fields, now=now)


async def append(
    session: BookingSession,
    actor: Actor,
    action: AuditAction,
    events: Collection[dict[str, Any]],
    *,
    now: datetime,
) -> None:
    """Append events, of which the caller gives the columns that differ."""
    hmac = await audit_hmac(session)
    shared = {
        "recorded_at": now,
        "action": action,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "source": actor.source,
        "patient": None,
        "pruned_through": None,
    }
    with _failure_as_try_again():
        head = TrailHead(*await lock_audit_head(session))
        rows = chained(head, [{**shared, **event} for event in events], hmac)
        new_head = TrailHead(rows[-1]["sequence"], rows[-1]["hmac"])
        await append_events(session, rows, head_hmac=new_head.seal(hmac))


@contextmanager
def _failure_as_try_again() -> Iterator[None]:
    """A trail that was tampered with stops all but the patients themselves."""
    try:
        yield
    except (DBAPIError, NoResultFound) as error:
        if isinstance(error, DBAPIError) and (is_transient(error) or is_damage(error)):
            raise  # The database translates it.
        reason = one_line(getattr(error, "orig", error))
        log.error("the audit trail can't be written (`book-online audit verify` may say why): %s", reason)
        raise TryAgain from error
