"""Requests as fast as a server answers them: a few connections, each asking again at once."""

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
"""Answers that make a rate: of slow ones one has to wait for enough."""


class BadAnswer(Exception):
    """Something else than 200; with what it said."""


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
        """Answers a second, once all connections are warm."""
        loop = asyncio.get_running_loop()
        askers = [_Asker(self.request) for _ in range(CONNECTIONS)]
        for asker in askers:
            await loop.create_connection(lambda asker=asker: asker, self.host, self.port)  # type: ignore[misc]
        try:
            await asyncio.sleep(seconds / 5)
            before, begun = sum(asker.answers for asker in askers), time.perf_counter()
            done = 0
            while done < FEWEST:
                await asyncio.sleep(seconds)
                done = sum(asker.answers for asker in askers) - before
                for asker in askers:
                    asker.raise_if_failed()
            took = time.perf_counter() - begun
        finally:
            for asker in askers:
                asker.close()
        return done / took

    async def once(self) -> float:
        """Seconds until a whole answer is there, on a connection of its own."""
        asker = _Asker(self.request, most=1)
        begun = time.perf_counter()
        await asyncio.get_running_loop().create_connection(lambda: asker, self.host, self.port)
        await asker.finished
        took = time.perf_counter() - begun
        asker.close()
        return took

    async def times(self, number: int) -> None:
        """So many requests, over all connections."""
        loop = asyncio.get_running_loop()
        askers = [_Asker(self.request, most=number // CONNECTIONS) for _ in range(CONNECTIONS)]
        for asker in askers:
            await loop.create_connection(lambda asker=asker: asker, self.host, self.port)  # type: ignore[misc]
        await asyncio.gather(*(asker.finished for asker in askers))
        for asker in askers:
            asker.close()


class _Asker(asyncio.Protocol):
    """Reads of an answer only what it must: the client should not be what is measured."""

    def __init__(self, request: bytes, *, most: int | None = None) -> None:
        self._request = request
        self._most = most
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.answers = 0
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
            self._fail(BadAnswer(self._buffer[:500].decode("utf-8", "replace")))
            return
        if len(self._buffer) < end + 4 + int(length[1]):
            return
        self._buffer = b""
        self.answers += 1
        if self.answers == self._most:
            self.finished.set_result(None)
        elif self._transport is not None:
            self._transport.write(self._request)

    def connection_lost(self, reason: Exception | None) -> None:
        self._fail(BadAnswer(f"the server closed the connection: {reason}"))

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
