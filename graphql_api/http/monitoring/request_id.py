"""Request ids: `X-Request-Id` names a request to both sides; an answer repeats it, and the log has it."""

import re
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.context.request_id import request_id

HEADER = "X-Request-Id"
VALID = re.compile(rb"[\w.:=+/-]{1,128}", re.ASCII)
"""A longer or stranger id is replaced: the log is read by people."""


class RequestIds:
    """ASGI middleware in front of all others, cached responses included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = HEADER.lower().encode()
        given = next((value for header, value in scope["headers"] if header == name), b"")
        own = given if VALID.fullmatch(given) else uuid.uuid4().hex.encode()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (name, own)]}
            await send(message)

        token = request_id.set(own.decode())
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)
