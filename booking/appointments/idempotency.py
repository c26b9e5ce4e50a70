"""Idempotency keys: a repeat with the client's own key returns the outcome of the first request."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.domain.errors import IdempotencyKeyReused
from booking.domain.tokens import check_idempotency_key
from booking.storage.queries.idempotency_keys import (
    delete_old_idempotency_keys,
    find_idempotency_key,
    insert_idempotency_key,
)
from booking.storage.session import BookingSession

RETENTION = timedelta(hours=24)


@dataclass(frozen=True)
class IdempotentRequest:
    """Hashes. The key is stored nowhere, and without it the request can't be guessed from its hash."""

    key_hash: bytes
    request_hash: bytes


def idempotent_request(verb: str, key: str | None, *content: object) -> IdempotentRequest | None:
    """None where the client has no key.

    Raises:
        InvalidInput: the key is so short that it could be guessed, or too long.
    """
    if key is None:
        return None
    check_idempotency_key(key)
    secret = key.encode("utf-8", "surrogatepass")
    text = repr(content).encode("utf-8", "surrogatepass")
    return IdempotentRequest(
        key_hash=hashlib.sha256(verb.encode() + b"\n" + secret).digest(),
        request_hash=hmac.new(secret, text, hashlib.sha256).digest(),
    )


async def lookup_outcome(
    session: BookingSession, request: IdempotentRequest | None, *, now: datetime
) -> uuid.UUID | None:
    """The id that the first request led to; None when this is the first.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
    """
    if request is None:
        return None
    stored = await find_idempotency_key(session, request.key_hash, since=now - RETENTION)
    if stored is None:
        return None
    if not hmac.compare_digest(stored.request_hash, request.request_hash):
        raise IdempotencyKeyReused
    return stored.outcome


async def save_outcome(
    session: BookingSession, request: IdempotentRequest | None, outcome: uuid.UUID, *, now: datetime
) -> None:
    """Record the outcome, in the transaction of the request.

    Raises:
        IdempotencyKeyReused: another request with the same key has committed meanwhile.
    """
    if request is not None:
        await delete_old_idempotency_keys(session, until=now - RETENTION)
        await insert_idempotency_key(session, request.key_hash, request.request_hash, outcome, now=now)
