"""Load on a server: a few connections, each of which sends its next request at once."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CONNECTIONS = 16
FEWEST = 3 * CONNECTIONS
"""Responses that make a rate, however slow they are."""


class BadResponse(Exception):
    """The server sent something else than 200; begins with its bytes."""


@dataclass(frozen=True)
class Load:
    """One request, written once."""

    host: str
    port: int
    request: bytes

    @classmethod
    def of(cls, url: str, body: bytes, headers: Mapping[str, str]) -> "Load":
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return cls(parts.hostname, parts.port, "\r\n".join([*lines, "", ""]).encode() + body)

    async def rate(self, *, seconds: float) -> float:
        """Responses a second, once all connections are warm."""
        loop = asyncio.get_running_loop()
        connections = [_Connection(self.request) for _ in range(CONNECTIONS)]
        for connection in connections:
            await loop.create_connection(lambda connection=connection: connection, self.host, self.port)  # type: ignore[misc]
        try:
            await asyncio.sleep(seconds / 5)
            before, started_at = sum(connection.responses for connection in connections), time.perf_counter()
            done = 0
            while done < FEWEST:
                await asyncio.sleep(seconds)
                done = sum(connection.responses for connection in connections) - before
                for connection in connections:
                    connection.raise_if_failed()
            took = time.perf_counter() - started_at
        finally:
            for connection in connections:
                connection.close()
        return done / took

    async def once(self) -> float:
        """Seconds until a whole response has arrived, on a connection of its own."""
        connection = _Connection(self.request, most=1)
        started_at = time.perf_counter()
        await asyncio.get_running_loop().create_connection(lambda: connection, self.host, self.port)
        await connection.finished
        took = time.perf_counter() - started_at
        connection.close()
        return took

    async def times(self, number: int) -> None:
        """Send this number of requests, over all connections."""
        loop = asyncio.get_running_loop()
        connections = [_Connection(self.request, most=number // CONNECTIONS) for _ in range(CONNECTIONS)]
        for connection in connections:
            await loop.create_connection(lambda connection=connection: connection, self.host, self.port)  # type: ignore[misc]
        await asyncio.gather(*(connection.finished for connection in connections))
        for connection in connections:
            connection.close()


class _Connection(asyncio.Protocol):
    """Reads of a response only what it must: the client should not be what is measured."""

    def __init__(self, request: bytes, *, most: int | None = None) -> None:
        self._request = request
        self._most = most
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.responses = 0
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self._buffer, 0, end)
        if length is None or not self._buffer.startswith(b"HTTP/1.1 200"):
            self._fail(BadResponse(self._buffer[:500].decode("utf-8", "replace")))
            return
        if len(self._buffer) < end + 4 + int(length[1]):
            return
        self._buffer = b""
        self.responses += 1
        if self.responses == self._most:
            self.finished.set_result(None)
        elif self._transport is not None:
            self._transport.write(self._request)

    def connection_lost(self, reason: Exception | None) -> None:
        self._fail(BadResponse(f"the server closed the connection: {reason}"))

    def _fail(self, reason: Exception) -> None:
        if not self.finished.done():
            self.finished.set_exception(reason)

    def raise_if_failed(self) -> None:
        if self.finished.done():
            self.finished.result()

    def close(self) -> None:
        self.finished.cancel()
        if self._transport is not None:
            self._transport.close()
