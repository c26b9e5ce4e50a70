"""Event streams: the results of a subscription as server-sent events, after the `graphql-sse` protocol.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md (distinct connections)
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from datetime import timedelta

from graphql_api.http.stopping import Stopping
from graphql_api.limits.limits import MAX_STREAM_DURATION, MAX_STREAMS, MAX_STREAMS_PER_CLIENT
from graphql_api.security.client_address import Network

PING_INTERVAL = timedelta(seconds=12)
"""A comment line is sent this often, so that no proxy closes an idle stream."""


class Streams:
    """Counts the open streams of this process and of each client."""

    def __init__(self) -> None:
        self._open: Counter[bytes] = Counter()
        self._total = 0

    def has_room(self, networks: Sequence[Network]) -> bool:
        """`networks` of a client, the narrowest first: each has room for some of its streams."""
        return self._total < MAX_STREAMS and all(
            self._open[network.hash] < MAX_STREAMS_PER_CLIENT * network.factor for network in networks
        )

    @contextmanager
    def opened(self, networks: Sequence[Network]) -> Iterator[None]:
        counts = Counter(network.hash for network in networks)
        self._open += counts
        self._total += 1
        try:
            yield
        finally:
            self._open -= counts  # drops counts of zero
            self._total -= 1


async def event_stream(
    first: str,
    results: AsyncGenerator[str],
    *,
    stopping: Stopping,
    ping: timedelta = PING_INTERVAL,
    duration: timedelta = MAX_STREAM_DURATION,
) -> AsyncGenerator[str]:
    """`first` and `results` are JSON. After `duration`, or when the server stops, the stream completes.

    A client may subscribe again; `retry` says when, if the server stops.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + duration.total_seconds()
    yield _event("next", first)
    async with aclosing(results):
        pending = asyncio.ensure_future(anext(results, None))
        stopped = asyncio.ensure_future(stopping.streams.wait())
        try:
            while loop.time() < end and not stopped.done():
                await asyncio.wait(
                    [pending, stopped],
                    timeout=ping.total_seconds(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if stopped.done():
                    break
                if not pending.done():
                    yield ":\n\n"
                    continue
                if (result := pending.result()) is None:
                    break
                yield _event("next", result)
                pending = asyncio.ensure_future(anext(results, None))
        finally:
            pending.cancel()
            stopped.cancel()
            await asyncio.wait([pending, stopped])
    yield (stopping.come_back() if stopping.streams.is_set() else "") + _event("complete", "")


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
