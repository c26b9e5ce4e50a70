"""Once per intention: a repeat with the client's own key answers with what the first request did."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.domain.errors import IdempotencyKeyReused, InvalidInput
from booking.storage.queries.idempotency_keys import (
    delete_old_idempotency_keys,
    find_idempotency_key,
    insert_idempotency_key,
)
from booking.storage.session import BookingSession

RETENTION = timedelta(hours=24)
MIN_KEY_LENGTH = 16
MAX_KEY_LENGTH = 200


@dataclass(frozen=True)
class IdempotentRequest:
    """Both are hashes. Without the key, which is kept nowhere, the request can't be guessed from its own."""

    key_hash: bytes
    request_hash: bytes


def idempotent_request(verb: str, key: str | None, *request: object) -> IdempotentRequest | None:
    """None where the client has no key. Refuses with InvalidInput for a key that could be guessed."""
    if key is None:
        return None
    if not MIN_KEY_LENGTH <= len(key) <= MAX_KEY_LENGTH:
        message = (
            f"An idempotency key has {MIN_KEY_LENGTH} to {MAX_KEY_LENGTH} characters, like a random UUID."
        )
        raise InvalidInput(message, path=("idempotencyKey",))
    secret = key.encode("utf-8", "surrogatepass")
    asked = repr(request).encode("utf-8", "surrogatepass")
    return IdempotentRequest(
        key_hash=hashlib.sha256(verb.encode() + b"\n" + secret).digest(),
        request_hash=hmac.new(secret, asked, hashlib.sha256).digest(),
    )


async def lookup_outcome(
    session: BookingSession, intended: IdempotentRequest | None, *, now: datetime
) -> uuid.UUID | None:
    """What the intention led to; None when it is new. Refuses with IdempotencyKeyReused for another one."""
    if intended is None:
        return None
    before = await find_idempotency_key(session, intended.key_hash, since=now - RETENTION)
    if before is None:
        return None
    if not hmac.compare_digest(before.request_hash, intended.request_hash):
        raise IdempotencyKeyReused
    return before.outcome


async def save_outcome(
    session: BookingSession, intended: IdempotentRequest | None, outcome: uuid.UUID, *, now: datetime
) -> None:
    """In the transaction that does it. Refuses with IdempotencyKeyReused if another was quicker with it."""
    if intended is not None:
        await delete_old_idempotency_keys(session, until=now - RETENTION)
        await insert_idempotency_key(session, intended.key_hash, intended.request_hash, outcome, now=now)
