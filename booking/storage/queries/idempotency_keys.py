"""Idempotency keys of clients, with their outcomes, and the keys of visits from another system."""

import uuid
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import IdempotencyKeyReused
from booking.storage.base import core_table, insert_into
from booking.storage.models.idempotency_keys import IdempotencyKey, ImportedVisit
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


async def is_imported(session: BookingSession, key_hash: bytes) -> bool:
    """Whether the visit of this key was booked by an import, whatever became of it since."""
    query = select(ImportedVisit.key_hash).where(ImportedVisit.key_hash == key_hash)
    return await session.scalar(query) is not None


async def insert_imported_visit(
    session: BookingSession, key_hash: bytes, appointment: uuid.UUID, *, now: datetime
) -> None:
    """Insert the key in the transaction that books the visit.

    Raises:
        IdempotencyKeyReused: another import has just booked it; the transaction can only be rolled back then.
    """
    row = {"key_hash": key_hash, "appointment": appointment, "imported_at": now}
    try:
        await session.execute(insert_into(ImportedVisit), row)
    except IntegrityError as error:
        raise IdempotencyKeyReused from error
