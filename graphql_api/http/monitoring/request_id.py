"""Request ids: `X-Request-Id` names a request to both sides; an answer repeats it, and the log has it.

A request that is part of a trace and has no id gets the trace's: https://www.w3.org/TR/trace-context/
"""

import re
import uuid
from collections.abc import Callable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking.tracing import span
from graphql_api.context.request_id import request_id, trace_id

HEADER = "X-Request-Id"
VALID = re.compile(rb"[\w.:=+/-]{1,128}", re.ASCII)
"""A longer or stranger id is replaced: the log is read by people."""
TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)


class RequestIds:
    """ASGI middleware in front of all others, cached responses included."""

    def __init__(self, app: ASGIApp, on_answer: Callable[[Scope, int, float], None] | None = None) -> None:
        """`on_answer` is told the status and the seconds so far, as each answer begins.

        Here, because a middleware more takes longer than to count.
        """
        self._app = app
        self._on_answer = on_answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = HEADER.lower().encode()
        given = traceparent = b""
        for header, value in scope["headers"]:
            if header == name:
                given = given or value
            elif header == b"traceparent":
                traceparent = value
        trace = TRACEPARENT.fullmatch(traceparent)
        parent = traceparent.decode("ascii") if trace else ""
        own = given if VALID.fullmatch(given) else trace[1] if trace else uuid.uuid4().hex.encode()

        began = perf_counter()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                traced.set("http.response.status_code", message["status"])
                if self._on_answer:
                    self._on_answer(scope, message["status"], perf_counter() - began)
                message = {**message, "headers": [*message["headers"], (name, own)]}
            await send(message)

        # Never reset: uvicorn runs each request in a task of its own, and logs there what escapes from here.
        request_id.set(own.decode())
        trace_id.set(trace[1].decode() if trace else None)
        with span("request", {"http.request.method": scope["method"]}, traceparent=parent) as traced:
            await self._app(scope, receive, send_with_id)
            traced.set("code.namespace", getattr(scope.get("endpoint"), "__module__", "cache"))
