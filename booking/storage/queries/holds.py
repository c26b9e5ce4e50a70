"""Holds: by token, and by the client that made them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from booking.storage.base import core_table
from booking.storage.models.holds import Hold
from booking.storage.session import BookingSession

BY_TOKEN = select(Hold).where(Hold.token_hash.in_(bindparam("hashes", expanding=True)))
HOLDS = core_table(Hold).c
EXPIRIES = (
    select(HOLDS.expires_at)
    .where(HOLDS.client == bindparam("client"), HOLDS.expires_at > bindparam("now"))
    .order_by(HOLDS.expires_at)
)


async def holds_by_token(session: BookingSession, hashes: Collection[bytes]) -> dict[bytes, Hold]:
    rows = await session.scalars(BY_TOKEN, {"hashes": list(hashes)})
    return {row.token_hash: row for row in rows}


async def hold_expiries_of_client(
    session: BookingSession, client: bytes, *, now: datetime
) -> Sequence[datetime]:
    """When the holds of a client expire, the earliest first."""
    return (await session.scalars(EXPIRIES, {"client": client, "now": now})).all()
