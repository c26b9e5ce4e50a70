"""Hosts: a `Host` header that names no host is refused, and no redirect repeats one that was sent."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:[0-9]{0,5})?")
SCHEME_AND_HOST = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
LEADING_SLASHES = re.compile(rb"^[/\\]*")


class Hosts:
    """ASGI middleware: an address of this server is made from its settings or is relative, never from `Host`.

    The header is still read for a form's own origin, so that it has to be one name. Redirects lead to this
    server, or to the one other origin that `elsewhere` knows: `https://login.example`.
    """

    def __init__(self, app: ASGIApp, elsewhere: Callable[[], str | None] = lambda: None) -> None:
        self._app = app
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if not all(_is_host(value) for value in hosts) or len(hosts) > 1:
            refusal = PlainTextResponse("The Host header must name one host.\n", 400)
            await refusal(scope, receive, send)
            return

        async def send_relative(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (name, _location(value, self._elsewhere()) if name == b"location" else value)
                    for name, value in message["headers"]
                ]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_relative)


def _is_host(value: bytes) -> bool:
    if not HOST.fullmatch(value):
        return False
    try:
        parts = urlsplit(f"http://{value.decode()}")
        return bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _location(location: bytes, elsewhere: str | None) -> bytes:
    """Within this server, or at that origin; two slashes at its beginning would name another server."""
    absolute = SCHEME_AND_HOST.match(location)
    if absolute and elsewhere and absolute[0].lower() == elsewhere.encode().lower():
        return location
    return LEADING_SLASHES.sub(b"/", location[absolute.end() :] if absolute else location, count=1)
