"""What clients' idempotency keys led to, kept for a day."""

import uuid
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from booking.errors import IdempotencyKeyReused
from booking.storage.table import Table, insert_into, table_of


class Intention(Table):
    """What a client's idempotency key led to. Only hashes: the key guards what was asked for."""

    __tablename__ = "intentions"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    outcome: Mapped[uuid.UUID]  # the hold or the appointment
    created_at: Mapped[datetime] = mapped_column(index=True)


REMEMBERED = select(Intention).where(
    Intention.key_hash == bindparam("key_hash"), Intention.created_at > bindparam("since")
)
INTENTIONS = table_of(Intention)
# What somebody else is forgetting needs no waiting for.
OLD = (
    select(INTENTIONS.c.key_hash)
    .where(INTENTIONS.c.created_at <= bindparam("until"))
    .with_for_update(skip_locked=True)
)
FORGET = delete(INTENTIONS).where(INTENTIONS.c.key_hash.in_(OLD))


async def remembered(session: AsyncSession, key_hash: bytes, *, since: datetime) -> Intention | None:
    return (await session.scalars(REMEMBERED, {"key_hash": key_hash, "since": since})).one_or_none()


async def keep(
    session: AsyncSession, key_hash: bytes, request_hash: bytes, outcome: uuid.UUID, *, now: datetime
) -> None:
    """Refuses with IdempotencyKeyReused when the key is there; the transaction can only be given up then."""
    row = {"key_hash": key_hash, "request_hash": request_hash, "outcome": outcome, "created_at": now}
    try:
        await session.execute(insert_into(Intention), row)
    except IntegrityError as taken:
        raise IdempotencyKeyReused from taken


async def forget(session: AsyncSession, *, until: datetime) -> None:
    await session.execute(FORGET, {"until": until})
