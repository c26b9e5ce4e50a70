"""Once per intention: a repeat with the client's own key answers with what the first request did."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from booking.errors import IdempotencyKeyReused, InvalidInput
from booking.storage import intentions

REMEMBERED = timedelta(hours=24)
SHORTEST_KEY = 16
LONGEST_KEY = 200


@dataclass(frozen=True)
class Intention:
    """Both are hashes. Without the key, which is kept nowhere, the request can't be guessed from its own."""

    key_hash: bytes
    request_hash: bytes


def intention(verb: str, key: str | None, *request: object) -> Intention | None:
    """None where the client has no key. Refuses with InvalidInput for a key that could be guessed."""
    if key is None:
        return None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        message = f"An idempotency key has {SHORTEST_KEY} to {LONGEST_KEY} characters, like a random UUID."
        raise InvalidInput(message, path=("idempotencyKey",))
    secret = key.encode("utf-8", "surrogatepass")
    asked = repr(request).encode("utf-8", "surrogatepass")
    return Intention(
        key_hash=hashlib.sha256(verb.encode() + b"\n" + secret).digest(),
        request_hash=hmac.new(secret, asked, hashlib.sha256).digest(),
    )


async def recall(session: AsyncSession, intended: Intention | None, *, now: datetime) -> uuid.UUID | None:
    """What the intention led to; None when it is new. Refuses with IdempotencyKeyReused for another one."""
    if intended is None:
        return None
    before = await intentions.remembered(session, intended.key_hash, since=now - REMEMBERED)
    if before is None:
        return None
    if not hmac.compare_digest(before.request_hash, intended.request_hash):
        raise IdempotencyKeyReused
    return before.outcome


async def remember(
    session: AsyncSession, intended: Intention | None, outcome: uuid.UUID, *, now: datetime
) -> None:
    """In the transaction that does it. Refuses with IdempotencyKeyReused if another was quicker with it."""
    if intended is not None:
        await intentions.forget(session, until=now - REMEMBERED)
        await intentions.keep(session, intended.key_hash, intended.request_hash, outcome, now=now)
