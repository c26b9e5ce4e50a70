"""Results one after another over one response: server-sent events, as `graphql-sse` names them.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md (distinct connections)
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from datetime import timedelta

from graphql_api.security.limits import MAX_STREAM_DURATION, MAX_STREAMS, MAX_STREAMS_PER_CLIENT

PING_INTERVAL = timedelta(seconds=12)
"""A line that says nothing, so that no proxy takes the stream for dead."""


class Streams:
    """How many are open in this process, and whose they are."""

    def __init__(self) -> None:
        self._open: Counter[bytes] = Counter()

    def has_room(self, client: bytes) -> bool:
        return self._open.total() < MAX_STREAMS and self._open[client] < MAX_STREAMS_PER_CLIENT

    @contextmanager
    def one_more(self, client: bytes) -> Iterator[None]:
        self._open[client] += 1
        try:
            yield
        finally:
            self._open -= Counter([client])  # which forgets whoever has none


async def event_stream(
    first: str,
    results: AsyncGenerator[str],
    *,
    ping: timedelta = PING_INTERVAL,
    longest: timedelta = MAX_STREAM_DURATION,
) -> AsyncGenerator[str]:
    """`first` and `results` are JSON. After a while the stream ends in order, to be asked for again."""
    loop = asyncio.get_running_loop()
    end = loop.time() + longest.total_seconds()
    yield _event("next", first)
    async with aclosing(results):
        coming = asyncio.ensure_future(anext(results, None))
        try:
            while loop.time() < end:
                await asyncio.wait([coming], timeout=ping.total_seconds())
                if not coming.done():
                    yield ":\n\n"
                    continue
                if (result := coming.result()) is None:
                    break
                yield _event("next", result)
                coming = asyncio.ensure_future(anext(results, None))
        finally:
            coming.cancel()
            await asyncio.wait([coming])
    yield _event("complete", "")


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
