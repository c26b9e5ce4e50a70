"""Holds: by token, and by the client that made them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from booking.storage.base import core_table
from booking.storage.models.holds import Hold
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
