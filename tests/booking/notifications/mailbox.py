"""A mail server on loopback that takes every mail and shows it."""

import asyncio
import ssl
import time
from asyncio import StreamReader, StreamWriter
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

REPLIES = {
    "HELO": "250 mailbox",
    "AUTH": "235 2.7.0 Welcome",
    "STARTTLS": "220 2.0.0 Go ahead",
    "MAIL": "250 2.1.0 Fine",
    "RCPT": "250 2.1.5 Fine",
    "DATA": "250 2.0.0 Taken",
    "RSET": "250 2.0.0 Forgotten",
    "NOOP": "250 2.0.0 Yes",
    "QUIT": "221 2.0.0 Bye",
}


@dataclass
class Mailbox:
    """`messages` in the order in which they came, when (monotonic seconds), their `recipients`, and every
    `command`.

    `replies` may be changed at any time: `box.replies["RCPT"] = "550 5.1.1 Nobody here"`; that to DATA
    is the reply to the mail itself. An empty reply is none at all.
    """

    port: int = 0
    offers: list[str] = field(default_factory=lambda: ["8BITMIME", "AUTH PLAIN"])
    replies: dict[str, str] = field(default_factory=lambda: dict(REPLIES))
    messages: list[EmailMessage] = field(default_factory=list)
    arrived_at: list[float] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def arrived(self, count: int, *, within: float = 10) -> list[EmailMessage]:
        """All that came, once there are as many as this; TimeoutError if that takes too long (seconds)."""
        async with asyncio.timeout(within), self.news:
            await self.news.wait_for(lambda: len(self.messages) >= count)
        return self.messages


@asynccontextmanager
async def mailbox(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Mailbox]:
    """`starttls` is offered; with `tls` a connection is secret from the start."""
    box = Mailbox()
    box.offers += ["STARTTLS"] if starttls else []
    talks: set[asyncio.Task[None]] = set()

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        talks.add(task)
        try:
            await _talk(box, reader, writer, starttls)
        except (OSError, asyncio.IncompleteReadError):
            pass  # they hung up
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def _talk(
    box: Mailbox, reader: StreamReader, writer: StreamWriter, starttls: ssl.SSLContext | None
) -> None:
    """RFC 5321, as far as a client that only sends needs it."""

    async def say(*lines: str) -> None:
        writer.write("".join(f"{line}\r\n" for line in lines if line).encode())
        await writer.drain()

    recipients: list[str] = []
    await say("220 mailbox ready")
    while line := await reader.readline():
        command = line.decode().strip()
        box.commands.append(command)
        verb = command.partition(" ")[0].upper()
        if verb == "EHLO":
            await say("250-mailbox", *(f"250-{offer}" for offer in box.offers), "250 OK")
            continue
        reply = box.replies.get(verb, "502 5.5.1 What?")
        if verb == "DATA":
            await say("354 Go on")
            raw = await reader.readuntil(b"\r\n.\r\n")
            if reply.startswith("2"):
                await _keep(box, raw, recipients)
        await say(reply)
        if verb == "AUTH" and reply.startswith("2"):
            _, user, password = b64decode(command.split()[2]).decode().split("\0")
            box.logins.append((user, password))
        elif verb == "STARTTLS" and starttls:
            await writer.start_tls(starttls)
        elif verb in ("MAIL", "RSET"):
            recipients = []
        elif verb == "RCPT" and reply.startswith("2"):
            recipients.append(command.partition("<")[2].partition(">")[0])
        elif verb == "QUIT":
            return


async def _keep(box: Mailbox, raw: bytes, recipients: list[str]) -> None:
    body = raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    async with box.news:
        box.messages.append(message_from_bytes(body, policy=default))
        box.arrived_at.append(time.monotonic())
        box.recipients.append(recipients)
        box.news.notify_all()
