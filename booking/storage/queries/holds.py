"""Holds: by token, by id, and by the client that made them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from booking.storage.base import core_table
from booking.storage.models.appointments import Hold
from booking.storage.session import BookingSession

HOLD_COLUMNS = core_table(Hold).c
HOLDS = select(Hold).where(Hold.token_hash.in_(bindparam("hashes", expanding=True)))

HOLD_EXPIRIES = (
    select(HOLD_COLUMNS.expires_at)
    .where(HOLD_COLUMNS.client == bindparam("client"), HOLD_COLUMNS.expires_at > bindparam("now"))
    .order_by(HOLD_COLUMNS.expires_at)
)


async def holds_by_token(session: BookingSession, hashes: Collection[bytes]) -> dict[bytes, Hold]:
    rows = await session.scalars(HOLDS, {"hashes": list(hashes)})
    return {row.token_hash: row for row in rows}


async def hold_expiries_of_client(
    session: BookingSession, client: bytes, *, now: datetime
) -> Sequence[datetime]:
    """When what a client holds runs out, the first one first."""
    return (await session.scalars(HOLD_EXPIRIES, {"client": client, "now": now})).all()


async def hold_by_id(session: BookingSession, id: uuid.UUID) -> Hold:
    return await session.get_one(Hold, id)
