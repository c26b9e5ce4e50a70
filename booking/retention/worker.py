"""Retention: what the clinic keeps no longer goes, some rows at a time, beside the outbox relay."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.audit.prune import MAX_PRUNED, prune_trail
from booking.background import Clock, repeat
from booking.domain.actor import Actor, ActorKind
from booking.retention.contact_data import count_expired_patients, erase_expired_patients
from booking.retention.kinds import Kind, kept_since
from booking.retention.old_rows import count_old_rows, delete_old_rows
from booking.retention.restored_rows import clear_restored_patients, restored_patients
from booking.retention.waiting_list import delete_old_entries
from booking.storage.database import Database
from booking.storage.queries.audit import count_events_before
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import try_lock_retention
from booking.storage.session import BookingSession

ROWS_A_STEP = 300
"""Deleted in one transaction: no booking waits for long."""
FIRST_AFTER = timedelta(minutes=1)
INTERVAL = timedelta(hours=1)


async def count_expired(session: BookingSession, *, now: datetime) -> Mapping[Kind, int]:
    """How many rows of each kind would go.

    Raises:
        TryAgain: the key store can't answer just now.
    """
    until = kept_since(await get_clinic(session), now=now)
    return {kind: await _count(session, kind, until[kind]) if kind in until else 0 for kind in Kind}


async def delete_expired(database: Database, actor: Actor, *, now: datetime) -> Mapping[Kind, int]:
    """Delete, or erase, what is older than it is kept; the number of rows of each kind that went.

    Ends early where another process is at it.

    Raises:
        TryAgain: a database can't answer just now, or the audit trail can't be written. Steps that were
            done stay done.
    """
    deleted = dict.fromkeys(Kind, 0)
    for kind in Kind:
        if kind is Kind.PATIENTS:
            deleted[kind] = await erase_expired_patients(database, actor, step=ROWS_A_STEP, now=now)
            continue
        limit = MAX_PRUNED if kind is Kind.AUDIT_EVENTS else ROWS_A_STEP
        step = limit
        while step == limit:
            async with database.write() as session:
                if not await try_lock_retention(session):
                    return deleted
                until = kept_since(await get_clinic(session), now=now).get(kind)
                step = until is not None and await _delete(
                    session, kind, actor, until=until, limit=limit, now=now
                )
            deleted[kind] += step
    return deleted


async def _count(session: BookingSession, kind: Kind, until: datetime) -> int:
    match kind:
        case Kind.PATIENTS:
            return await count_expired_patients(session, until=until)
        case Kind.RESTORED_PATIENTS:
            return len(await restored_patients(session))
        case Kind.AUDIT_EVENTS:
            return await count_events_before(session, until)
        case _:
            return await count_old_rows(session, kind, until=until)


async def _delete(
    session: BookingSession, kind: Kind, actor: Actor, *, until: datetime, limit: int, now: datetime
) -> int:
    match kind:
        case Kind.RESTORED_PATIENTS:
            return await clear_restored_patients(session, actor, limit=limit, now=now)
        case Kind.WAITING_LIST_ENTRIES:
            return await delete_old_entries(session, actor, until=until, limit=limit, now=now)
        case Kind.AUDIT_EVENTS:
            return await prune_trail(session, actor, until=until, limit=limit, now=now)
        case _:
            return await delete_old_rows(session, kind, until=until, limit=limit)


@dataclass(frozen=True)
class RetentionWorker:
    """Deletes every hour what the clinic keeps no longer."""

    database: Database
    clock: Clock

    async def run(self) -> None:
        """Never ends by itself; a failure waits for the next hour."""
        actor = Actor(ActorKind.SERVER, "retention", socket.gethostname())
        await repeat(
            lambda now: delete_expired(self.database, actor, now=now),
            self.database,
            self.clock,
            first_after=FIRST_AFTER,
            interval=INTERVAL,
            failure="what is kept no longer could not be deleted; it is tried again in an hour",
        )
