"""A webhook receiver on loopback: records each request, and sends the responses that it is given."""

import asyncio
import json
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
SILENCE = b""
ENDLESS_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n"
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\n"
NOT_HTTP = b"220 Some other server, token=very-secret\r\n\r\n"


def response(status: int, head: str = "") -> bytes:
    return f"HTTP/1.1 {status} Reason\r\n{head}content-length: 0\r\n\r\n".encode()


@dataclass(frozen=True)
class ReceivedRequest:
    """One request. The names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads(self.body)
        return payload


@dataclass
class Receiver:
    """`responses` are sent one after the other, the last one again and again."""

    port: int = 0
    responses: list[bytes] = field(default_factory=lambda: [NO_CONTENT])
    requests: list[ReceivedRequest] = field(default_factory=list)
    request_arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def kinds(self) -> list[str]:
        return [request.payload["type"] for request in self.requests]

    async def arrived(self, count: int, *, within: float = 20) -> list[ReceivedRequest]:
        """All requests, once there are `count`; TimeoutError if that takes longer than `within` seconds."""
        async with asyncio.timeout(within), self.request_arrived:
            await self.request_arrived.wait_for(lambda: len(self.requests) >= count)
        return self.requests


@asynccontextmanager
async def running_receiver(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    conversations: set[asyncio.Task[None]] = set()

    async def respond(reader: StreamReader, writer: StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        conversations.add(task)
        try:
            await _converse(receiver, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            receiver.hung_up.set()
        finally:
            conversations.discard(task)
            writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


async def _converse(receiver: Receiver, reader: StreamReader, writer: StreamWriter) -> None:
    line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (header.partition(": ") for header in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    sent = receiver.responses.pop(0) if len(receiver.responses) > 1 else receiver.responses[0]
    receiver.requests.append(ReceivedRequest(line, headers, body))
    async with receiver.request_arrived:
        receiver.request_arrived.notify_all()
    writer.write(sent)
    await writer.drain()
    while sent in (ENDLESS_BODY, ENDLESS_HEAD):
        writer.write(b"x-filler: " + b"x" * 8000 + b"\r\n")
        await writer.drain()
    if sent == SILENCE:
        await reader.readexactly(1)  # until they hang up
