"""ResponseCache: responses that all callers without a key share, cached as bytes while they are true.

A cached response is sent only if the database says that nothing was committed since, and before the moment
at which time alone changes it. SQLite is asked after the request came in; PostgreSQL then, or up to five
milliseconds before, and a mutation waits for as long before it answers: its caller never reads older data,
from any process.
"""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking.storage.caches.change_token import ChangeToken
from graphql_api.http.cacheability import CACHEABLE_SECONDS
from graphql_api.http.monitoring.marks import MARKS, Marks, marks_of
from graphql_api.limits.limits import MAX_BODY_BYTES
from graphql_api.security.authentication import SITE_KEY_HEADER

MAX_CACHE_BYTES = 16 * 1024 * 1024
"""The size of all responses with their requests; the cache is emptied when it would take more."""
OBJECT_OVERHEAD_BYTES = 64
"""The size of a Python object beside its content."""
MAX_CACHED_REQUEST_BYTES = 8 * 1024
"""The response to a longer request is not cached."""
VARY_HEADERS = frozenset(
    name.lower().encode()
    for name in (
        *("Accept", "Accept-Encoding", "Accept-Language"),
        *("Authorization", "Content-Type", "Host", "Origin", SITE_KEY_HEADER),
    )
)
"""Request headers that a response may depend on; they are part of the cache key."""
PER_REQUEST_HEADERS = frozenset((b"ratelimit", b"ratelimit-policy"))
"""Response headers that are not cached."""
METHODS = ("POST", "GET", "HEAD")
"""The server leaves out the body of a response to HEAD; its headers are those of GET."""
BODY_HEADERS = frozenset((b"content-length", b"content-type"))

Header = tuple[bytes, bytes]
Key = tuple[Any, ...]
"""A request: its query string, its body, and each of its VARY_HEADERS."""


@dataclass(frozen=True, slots=True)
class _CachedResponse:
    start: Message
    body: Message
    until: float
    etag: bytes | None
    operation: str | None
    """The name by which it is counted."""


class ResponseCache:
    """ASGI middleware for one path, in front of all other parts of the server."""

    def __init__(
        self, app: ASGIApp, *, path: str, change_token: ChangeToken, clock: Callable[[], float]
    ) -> None:
        """`clock` counts seconds from any beginning."""
        self._app = app
        self._path = path
        self._change_token = change_token
        self._clock = clock
        self._responses: dict[Key, _CachedResponse] = {}
        self._revision: Hashable = None
        """The database's change token at which all cached responses are true."""
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] not in METHODS:
            await self._app(scope, receive, send)
            return
        arrival = self._clock()
        received = [await receive()]
        body: bytes = received[0].get("body", b"")
        while received[-1].get("more_body") and len(body) <= MAX_BODY_BYTES:
            received.append(await receive())
            body += received[-1].get("body", b"")
        revision = await self._change_token.read()
        if revision != self._revision:
            self._clear(revision)
        key = (
            scope["query_string"],
            body if scope["method"] == "POST" else None,
            *[header for header in scope["headers"] if header[0] in VARY_HEADERS],
        )
        response = self._responses.get(key)
        if response is not None and self._clock() < response.until:
            scope[MARKS] = Marks(response.operation, is_cached=True)
            await _send_cached(response, scope, send)
            return
        if revision is not None and len(body) <= MAX_CACHED_REQUEST_BYTES:
            send = self._storing(key, revision, arrival, scope, send)
        await self._app(scope, _replay(received, receive), send)

    def _storing(self, key: Key, revision: Hashable, arrival: float, scope: Scope, send: Send) -> Send:
        """Send what the app sends, and store it if the endpoint has marked it cacheable."""
        start: Message = {}

        async def send_and_store(message: Message) -> None:
            nonlocal start
            if CACHEABLE_SECONDS not in scope:
                await send(message)
            elif message["type"] == "http.response.start":
                start = message
            else:
                response = _cached_response(start, message, arrival + scope[CACHEABLE_SECONDS], scope)
                if revision == self._revision:
                    self._store(key, response)
                own_headers = [header for header in start["headers"] if header[0] in PER_REQUEST_HEADERS]
                await _send_cached(response, scope, send, *own_headers)

        return send_and_store

    def _store(self, key: Key, response: _CachedResponse) -> None:
        former = self._responses.pop(key, None)
        self._bytes += _size(key, response) - (_size(key, former) if former else 0)
        if self._bytes > MAX_CACHE_BYTES:
            self._clear(self._revision)
            self._bytes = _size(key, response)
        self._responses[key] = response

    def _clear(self, revision: Hashable) -> None:
        self._responses.clear()
        self._bytes = 0
        self._revision = revision


def _size(key: Key, response: _CachedResponse) -> int:
    """About how many bytes a request and its response take."""
    query_string, body, *headers = key
    headers += response.start["headers"]
    texts = [query_string, body or b"", response.body["body"], *(text for pair in headers for text in pair)]
    return sum(len(text) + OBJECT_OVERHEAD_BYTES for text in texts)


def _cached_response(start: Message, body: Message, until: float, scope: Scope) -> _CachedResponse:
    headers = [header for header in start["headers"] if header[0] not in PER_REQUEST_HEADERS]
    etag = None
    if scope["method"] != "POST":
        etag = b'"' + hashlib.sha256(body["body"]).hexdigest()[:32].encode() + b'"'
        headers = [header for header in headers if header[0] != b"cache-control"]
        headers += [(b"etag", etag), (b"cache-control", b"no-cache")]
    return _CachedResponse({**start, "headers": headers}, body, until, etag, marks_of(scope).operation)


async def _send_cached(response: _CachedResponse, scope: Scope, send: Send, *more: Header) -> None:
    start, etag = response.start, response.etag
    known = [value for name, value in scope["headers"] if name == b"if-none-match"]
    if etag and any(etag in tags or tags == b"*" for tags in known):
        headers = [header for header in start["headers"] if header[0] not in BODY_HEADERS]
        await send({"type": "http.response.start", "status": 304, "headers": [*headers, *more]})
        await send({"type": "http.response.body"})
        return
    await send({**start, "headers": [*start["headers"], *more]} if more else start)
    await send(response.body)


def _replay(received: list[Message], receive: Receive) -> Receive:
    """Receive the messages that were read already, and then the next ones."""
    earlier = iter(received)

    async def replay() -> Message:
        return next(earlier, None) or await receive()

    return replay
