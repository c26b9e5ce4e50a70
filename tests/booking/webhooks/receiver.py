"""A partner's server: takes whatever comes, on loopback, shows it, and answers as it is told to."""

import asyncio
import json
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
SILENCE = b""
ENDLESS_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n"
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\n"
NOT_HTTP = b"220 Some other server, token=very-secret\r\n\r\n"


def saying(status: int, head: str = "") -> bytes:
    return f"HTTP/1.1 {status} Said\r\n{head}content-length: 0\r\n\r\n".encode()


@dataclass(frozen=True)
class Asked:
    """One request. The names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Receiver:
    """`answers` are given one after the other, the last one again and again."""

    port: int = 0
    answers: list[bytes] = field(default_factory=lambda: [TAKEN])
    requests: list[Asked] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def kinds(self) -> list[str]:
        return [request.told["type"] for request in self.requests]

    async def arrived(self, count: int, *, within: float = 20) -> list[Asked]:
        """All that came, once there are as many as this; TimeoutError if that takes too long (seconds)."""
        async with asyncio.timeout(within), self.news:
            await self.news.wait_for(lambda: len(self.requests) >= count)
        return self.requests


@asynccontextmanager
async def receiving(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    talks: set[asyncio.Task[None]] = set()

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        talks.add(task)
        try:
            await _talk(receiver, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            receiver.hung_up.set()
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def _talk(receiver: Receiver, reader: StreamReader, writer: StreamWriter) -> None:
    line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    said = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
    receiver.requests.append(Asked(line, headers, body))
    async with receiver.news:
        receiver.news.notify_all()
    writer.write(said)
    await writer.drain()
    while said in (ENDLESS_BODY, ENDLESS_HEAD):
        writer.write(b"x-filler: " + b"x" * 8000 + b"\r\n")
        await writer.drain()
    if said == SILENCE:
        await reader.readexactly(1)  # until they hang up
