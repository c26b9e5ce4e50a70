"""BoundedProtocol: HTTP/1.1 with limits on what one connection may send, and how slowly.

httptools has none: it would keep a head without an end in memory until it ends.
"""

import asyncio
from enum import IntEnum
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD_BYTES = 32 * 1024
"""Of a request's line and header fields together."""
MAX_HEAD_FIELDS = 100
MAX_FRAMING_BYTES = 1024 * 1024
"""Of a body's chunk sizes, extensions and trailers: 64 kB in chunks of one byte have 400 kB of them."""
MAX_PIPELINED = 16
"""Requests that a client sends before the first one is answered."""


class Phase(IntEnum):
    """The next thing that a connection needs, in the order in which connections are ended for others."""

    IDLE = 0
    HEAD = 1
    BODY = 2
    ANSWER = 3


TIME_LIMITS = {Phase.IDLE: 75.0, Phase.HEAD: 10.0, Phase.BODY: 30.0}
"""Seconds in a phase. A proxy keeps idle connections for a minute, and must not find them ended."""
MAX_STALLED_SECONDS = 30.0
"""A client that takes nothing of its answer for so long is gone."""
LINGERING_SECONDS = 1.0
"""After a refusal, what still comes is thrown away for so long."""
ARRIVAL_SECONDS = 1.0
"""When the server ends, a request that is on its way has so long to arrive."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection that refuses what is too long, and knows how long its client takes."""

    def __init__(self, *arguments: Any, max_connections: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._max_connections = max_connections
        self.since = self.loop.time()
        """The beginning of the present phase."""
        self._reading = Phase.IDLE  # of the request that arrives: idle between two of them
        self._stalled_since: float | None = None
        self._received = 0  # bytes of the head, or of the body's framing
        self._head_bytes = self._head_fields = self._body_bytes = 0
        self._is_refused = False
        self._is_ending = False

    @property
    def phase(self) -> Phase:
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if self._reading is Phase.BODY and (not is_answering or self.cycle.more_body):
            return Phase.BODY
        return Phase.ANSWER if is_answering else self._reading

    def is_late(self, now: float) -> bool:
        """Whether the client has taken too long for its part."""
        if self._stalled_since is not None and now - self._stalled_since > MAX_STALLED_SECONDS:
            return True
        return now - self.since > TIME_LIMITS.get(self.phase, float("inf"))

    def end(self) -> None:
        """End the connection; a client that was sending is told why."""
        if self._stalled_since is not None:
            self.transport.abort()
        elif self.phase in (Phase.HEAD, Phase.BODY):
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def shutdown(self) -> None:
        """End with the answer under way, or with that to a request which arrives.

        A client that has just connected, or has sent half of its request, can't know that the server ends.
        One that has been answered was told by `Connection: close`, or has been idle since.
        """
        self._is_ending = True
        if self.phase is Phase.ANSWER:
            super().shutdown()
        elif self.phase is Phase.IDLE and self.cycle is not None:
            self.transport.close()
        else:
            self.loop.call_later(ARRIVAL_SECONDS, self._end_unless_answering)

    def _end_unless_answering(self) -> None:
        if self.phase is not Phase.ANSWER:
            self.transport.close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._max_connections:
            self._make_room()

    def _make_room(self) -> None:
        """End connections that have been idle for longest, then those whose request takes longest.

        Some more than one, because each look at all of them takes time.
        """
        others = [each for each in self.connections if isinstance(each, BoundedProtocol) and each is not self]
        waiting = [each for each in others if each.phase is not Phase.ANSWER]
        waiting.sort(key=lambda each: (each.phase, each.since))
        for connection in waiting[: 1 + self._max_connections // 20]:
            connection.end()
        if not waiting:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        before, self._body_bytes = self._reading, 0
        super().data_received(data)
        # A line without an end is no field yet, so bytes are counted as they come.
        if self._reading is Phase.HEAD and before in (Phase.IDLE, Phase.HEAD):
            self._received += len(data)
            if self._received > MAX_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._reading is Phase.BODY is before:
            self._received += len(data) - self._body_bytes
            if self._received > MAX_FRAMING_BYTES:
                self._refuse(HTTPStatus.BAD_REQUEST)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = self._head_fields = 0
        self._read(Phase.HEAD)
        if len(self.pipeline) >= MAX_PIPELINED:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def on_url(self, url: bytes) -> None:
        self._head_bytes += len(url)
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)
        else:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._reading is Phase.BODY:
            return  # A trailer: the header fields have been acted on already.
        self._head_fields += 1
        self._head_bytes += len(name) + len(value) + 4
        if self._head_fields > MAX_HEAD_FIELDS or self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            self._refuse(HTTPStatus.BAD_REQUEST)  # RFC 9112, 3.2
        if self._is_refused:
            return
        self._read(Phase.BODY)
        super().on_headers_complete()
        if self._is_ending or self.parser.should_upgrade():
            # Nothing follows that is answered here: after an upgrade it is of another protocol.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._read(Phase.IDLE)
        if not self._is_refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self.since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._stalled_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stalled_since = None
        super().resume_writing()

    def _read(self, phase: Phase) -> None:
        self._reading, self.since, self._received = phase, self.loop.time(), 0

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer with the status, unless an answer is under way, and end the connection."""
        if self._is_refused:
            return
        self._is_refused = True
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            text = f"{status.phrase}\n".encode()
            head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            length = b"content-length: %d\r\n\r\n" % len(text)
            self.transport.write(b"".join((STATUS_LINE[status], head, length, text)))
            self.transport.write_eof()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        # A connection that ends while its client still sends is reset, and the client never reads the answer.
        self.loop.call_later(LINGERING_SECONDS, self.transport.close)
