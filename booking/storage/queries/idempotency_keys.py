"""Idempotency keys of clients, with their outcomes."""

import uuid
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import IdempotencyKeyReused
from booking.storage.base import core_table, insert_into
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.session import BookingSession

BY_KEY_HASH = select(IdempotencyKey).where(
    IdempotencyKey.key_hash == bindparam("key_hash"), IdempotencyKey.created_at > bindparam("since")
)
KEYS = core_table(IdempotencyKey)
# Skipping locked rows: another process is deleting them.
OLD = select(KEYS.c.key_hash).where(KEYS.c.created_at <= bindparam("until")).with_for_update(skip_locked=True)
DELETE_OLD = delete(KEYS).where(KEYS.c.key_hash.in_(OLD))


async def find_idempotency_key(
    session: BookingSession, key_hash: bytes, *, since: datetime
) -> IdempotencyKey | None:
    return (await session.scalars(BY_KEY_HASH, {"key_hash": key_hash, "since": since})).one_or_none()


async def insert_idempotency_key(
    session: BookingSession, key_hash: bytes, request_hash: bytes, outcome: uuid.UUID, *, now: datetime
) -> None:
    """Insert the key in the transaction of the request.

    Raises:
        IdempotencyKeyReused: the key is there already; the transaction can only be rolled back then.
    """
    row = {"key_hash": key_hash, "request_hash": request_hash, "outcome": outcome, "created_at": now}
    try:
        await session.execute(insert_into(IdempotencyKey), row)
    except IntegrityError as error:
        raise IdempotencyKeyReused from error


async def delete_old_idempotency_keys(session: BookingSession, *, until: datetime) -> None:
    await session.execute(DELETE_OLD, {"until": until})
