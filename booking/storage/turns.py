"""Turns: requests of one process for the same thing, served one after the other, as they came."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager


class Turns:
    """A queue for each key. Whenever a request leaves its queue, those behind it may stop waiting."""

    def __init__(self, patience: float) -> None:
        """`patience` is how many seconds a request waits."""
        self._patience = patience
        self._queues: dict[Hashable, deque[asyncio.Event]] = {}

    @asynccontextmanager
    async def turn(self, key: Hashable, check: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """The request's turn. `check` raises as soon as waiting for it is of no use.

        Raises:
            TimeoutError: the turn did not come in time.
            Exception: that of `check`.
        """
        await check()
        queue = self._queues.setdefault(key, deque())
        place = asyncio.Event()
        queue.append(place)
        try:
            async with asyncio.timeout(self._patience):
                while queue[0] is not place:
                    place.clear()
                    await place.wait()
                    await check()
            yield
        finally:
            queue.remove(place)
            if not queue:
                del self._queues[key]
            for waiting in queue:
                waiting.set()
