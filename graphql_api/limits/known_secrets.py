"""KnownSecrets: tells right secrets from wrong ones for clients that have no points left.

A neighbour may have spent the points of an address, and a right secret works all the same. Secrets are looked
up together: however many requests bring some, the database is asked a few times a second.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta

from booking.domain.tokens import hash_of, token_in

PAUSE = timedelta(milliseconds=50)
"""Between two look-ups."""
MAX_HASHES = 1000
"""In one look-up; the others wait for the next."""
MAX_SECRET_LENGTH = 2000
"""Characters, of a link that a mail program rewrote."""
MIN_SECRET_LENGTH = 16
VERBS = ("hold", "book", "reschedule")
"""The requests that have an idempotency key."""


def hashes_of(secret: str) -> list[bytes]:
    """The hashes under which a text may be stored: as a manage token, a hold's or feed's, or a key."""
    if not MIN_SECRET_LENGTH <= len(secret) <= MAX_SECRET_LENGTH:
        return []
    text = secret.encode("utf-8", "surrogatepass")
    keys = [hashlib.sha256(verb.encode() + b"\n" + text).digest() for verb in VERBS]
    return [hash_of(secret), hash_of(token_in(secret)), *keys]


class KnownSecrets:
    def __init__(self, look_up: Callable[[Collection[bytes]], Awaitable[set[bytes]]]) -> None:
        """`look_up` returns those of the hashes that are of right secrets."""
        self._look_up = look_up
        self._waiting: dict[bytes, asyncio.Future[bool]] = {}
        self._worker: asyncio.Task[None] | None = None

    async def first(self, hashes: Sequence[bytes]) -> bytes | None:
        """The first of the hashes that is of a right secret.

        Raises:
            TryAgain: the database can't answer just now.
        """
        loop = asyncio.get_running_loop()
        answers = {digest: self._waiting.setdefault(digest, loop.create_future()) for digest in hashes}
        if answers and (self._worker is None or self._worker.done()):
            self._worker = asyncio.create_task(self._work())
        for digest, answer in answers.items():
            if await asyncio.shield(answer):
                return digest
        return None

    async def _work(self) -> None:
        while self._waiting:
            batch = dict(list(self._waiting.items())[:MAX_HASHES])
            for digest in batch:
                del self._waiting[digest]
            try:
                right = await self._look_up(batch.keys())
            except Exception as failure:
                for answer in batch.values():
                    answer.set_exception(failure)
                    answer.exception()  # Retrieved, so that asyncio does not log it if no request waits.
            else:
                for digest, answer in batch.items():
                    answer.set_result(digest in right)
            await asyncio.sleep(PAUSE.total_seconds())
