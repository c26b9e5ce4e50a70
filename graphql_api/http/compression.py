"""Compression of responses: zstd, brotli or gzip, as the client accepts."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from graphql_api.http.content_negotiation import EVENT_STREAM, GRAPHQL_RESPONSE
from graphql_api.http.error_response import GRAPHQL_PATH

MIN_SIZE = 1024
"""In bytes; a shorter response fits into one packet anyway."""

for media_type in (GRAPHQL_RESPONSE, "application/fhir+ndjson"):
    add_compress_type(media_type)
remove_compress_type(EVENT_STREAM)  # Its events are short, and must not wait in a compressor.


class Compression:
    """ASGI middleware. All forms of a resource share its ETag, which is weak, because their bytes differ.

    The length of a compressed page betrays a secret in it to a site that makes a visitor's browser ask for
    it again and again with guesses (BREACH). No cookie is read, so no site can ask as somebody else; the
    pages of a form, which hold tokens, are sent as they are all the same.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = CompressMiddleware(app, minimum_size=MIN_SIZE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begins_gzip = False

        async def send_with_weak_etag(message: Message) -> None:
            nonlocal begins_gzip
            if message["type"] == "http.response.start":
                begins_gzip = (b"content-encoding", b"gzip") in message["headers"]
                message = {**message, "headers": _with_weak_etag(message["headers"])}
            elif begins_gzip:
                begins_gzip = False
                message = {**message, "body": _without_time(message.get("body", b""))}
            await send(message)

        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] != GRAPHQL_PATH:
            await self._app(scope, receive, send)
        else:
            await self._compressed(scope, receive, send_with_weak_etag)


def _with_weak_etag(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [
        (name, b"W/" + value if name == b"etag" and not value.startswith(b"W/") else value)
        for name, value in headers
    ]


def _without_time(gzipped: bytes) -> bytes:
    """The beginning of a gzip file without its time (RFC 1952, MTIME): equal answers have equal bytes."""
    return gzipped[:4] + bytes(len(gzipped[4:8])) + gzipped[8:]
