"""Holds, by token and by the client that made them; and what clients have spent of their limits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from booking.storage.base import core_table
from booking.storage.models.holds import Hold, SpentLimit
from booking.storage.models.ticks import Tick
from booking.storage.session import BookingSession

BY_TOKEN = select(Hold).where(Hold.token_hash.in_(bindparam("hashes", expanding=True)))
HOLDS = core_table(Hold).c
MAX_CLIENT_BYTES = 64
EXPIRIES = (
    select(HOLDS.expires_at)
    .where(HOLDS.client.between(bindparam("first"), bindparam("last")), HOLDS.expires_at > bindparam("now"))
    .order_by(HOLDS.expires_at)
)

SPENT = core_table(SpentLimit)
MOST_BUCKETS = 10_000
"""Buckets that are read at once: the emptiest."""


async def holds_by_token(session: BookingSession, hashes: Collection[bytes]) -> dict[bytes, Hold]:
    rows = await session.scalars(BY_TOKEN, {"hashes": list(hashes)})
    return {row.token_hash: row for row in rows}


async def hold_expiries_of_clients(
    session: BookingSession, beginning: bytes, *, now: datetime
) -> Sequence[datetime]:
    """When the holds of the clients that begin so expire, the earliest first."""
    last = beginning + MAX_CLIENT_BYTES * b"\xff"
    return (await session.scalars(EXPIRIES, {"first": beginning, "last": last, "now": now})).all()


async def count_holds(session: BookingSession, *, now: datetime) -> int:
    """How many times are held just now."""
    held = select(func.count(Tick.owner.distinct())).where(Tick.expires_at > now)
    return (await session.scalars(held)).one()


@dataclass(frozen=True)
class SharedBucket:
    """A client's bucket of one limit, which is full again at `full_at`."""

    limit: str
    client: bytes
    full_at: datetime


async def add_spent(
    session: BookingSession, spent: Mapping[tuple[str, bytes], timedelta], *, now: datetime
) -> None:
    """Empty each bucket by so much of the time in which it fills; a negative time gives that back."""
    rows = [
        {"limit_name": limit, "client": client, "full_at": now + time, "changed_at": now}
        for (limit, client), time in sorted(spent.items())  # In one order: no replica waits for the other.
    ]
    new = insert(SPENT)
    full_at = func.greatest(SPENT.c.full_at, new.excluded.changed_at) + (
        new.excluded.full_at - new.excluded.changed_at
    )
    change = new.on_conflict_do_update(
        index_elements=[SPENT.c.limit_name, SPENT.c.client],
        set_={"full_at": full_at, "changed_at": new.excluded.changed_at},
    )
    await session.execute(change, rows)


async def buckets_changed_since(session: BookingSession, since: datetime) -> Sequence[SharedBucket]:
    query = select(SPENT.c.limit_name, SPENT.c.client, SPENT.c.full_at).where(SPENT.c.changed_at >= since)
    rows = await session.execute(query.order_by(SPENT.c.full_at.desc()).limit(MOST_BUCKETS))
    return [SharedBucket(*row) for row in rows]


async def delete_full_buckets(session: BookingSession, *, until: datetime) -> None:
    """Those that have been full since then."""
    await session.execute(delete(SPENT).where(SPENT.c.full_at < until))
