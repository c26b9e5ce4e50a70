"""Answers that are the same for everybody, kept as bytes for as long as they are true.

One is given again only when the database says that nothing was committed since; and never after the
moment at which time alone would change it. SQLite is asked after the request came in, PostgreSQL then or
up to five milliseconds before; for as long a mutation waits with its answer. So whoever has that answer
is given nothing older by any process.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    get_operation_ast,
    parse,
)
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking.scheduling.slots import availability_valid_until
from booking.storage.change_token import ChangeToken
from graphql_api.resolvers.context import Context
from graphql_api.security.authentication import SITE_KEY_HEADER
from graphql_api.security.limits import CACHED_DOCUMENTS, MAX_BODY_BYTES

MAX_CACHE_BYTES = 16 * 1024 * 1024
"""Of all that is kept; with more, all is forgotten."""
OBJECT_OVERHEAD_BYTES = 64
"""What an object of Python's takes beside what is in it."""
MAX_CACHED_REQUEST_BYTES = 8 * 1024
"""Of a question, in bytes; whoever asks more is answered anew each time."""
VARY_HEADERS = frozenset(
    name.lower().encode()
    for name in (
        "Accept",
        "Accept-Language",
        "Authorization",
        "Content-Type",
        "Host",
        "Origin",
        SITE_KEY_HEADER,
    )
)
"""Headers that an answer may depend on: with the same values it is the same request."""
PER_REQUEST_HEADERS = frozenset((b"ratelimit", b"ratelimit-policy"))
"""Headers of an answer that are not given again."""
BODY_HEADERS = frozenset((b"content-length", b"content-type"))
CACHEABLE_FOR = "book_online.kept"
NOT_CACHEABLE = frozenset(("",))
"""What no schema shares."""

Header = tuple[bytes, bytes]
Key = tuple[Any, ...]
"""What was asked: the query string, the body, and each of the headers that matter."""


def mark_cacheable(
    request: Request,
    query: str,
    name: str | None,
    context: Context,
    *,
    cacheable: frozenset[str],
    unless: frozenset[str],
) -> None:
    """Marks the answer to come as one to keep, if it is a query for nothing but `cacheable` root fields.

    Unless a field of one of those names is anywhere in it. The document is known to be valid, and the
    answer to hold no errors.
    """
    root, all_ = _field_names(query, name)
    if context.viewer.key is None and root <= cacheable and not all_ & unless:
        until = availability_valid_until(
            context.clinic.policy, now=context.now, next_hold_expiry=context.internals.next_hold_expiry
        )
        request.scope[CACHEABLE_FOR] = (until - context.now).total_seconds()


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _field_names(query: str, name: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """The names of a query's root fields, and of all that it asks for."""
    document = parse(query)
    operation = get_operation_ast(document, name)
    if operation is None or operation.operation is not OperationType.QUERY:
        return NOT_CACHEABLE, NOT_CACHEABLE
    fragments = {
        part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
    }

    def names(selections: SelectionSetNode, seen: set[str], *, inner: bool) -> Iterator[str]:
        """Each fragment is read once, however often it is spread: else there could be a million."""
        for part in selections.selections:
            if isinstance(part, FieldNode):
                yield part.name.value
                if inner and part.selection_set:
                    yield from names(part.selection_set, seen, inner=True)
            elif isinstance(part, InlineFragmentNode):
                yield from names(part.selection_set, seen, inner=inner)
            elif isinstance(part, FragmentSpreadNode) and part.name.value not in seen:
                seen.add(part.name.value)
                yield from names(fragments[part.name.value].selection_set, seen, inner=inner)

    root = operation.selection_set
    return frozenset(names(root, set(), inner=False)), frozenset(names(root, set(), inner=True))


@dataclass(frozen=True, slots=True)
class _CachedResponse:
    start: Message
    body: Message
    until: float
    etag: bytes | None


class ResponseCache:
    """Stands before the app, for one path."""

    def __init__(self, app: ASGIApp, *, path: str, revision: ChangeToken, clock: Callable[[], float]) -> None:
        """`clock` in seconds, from any beginning."""
        self._app = app
        self._path = path
        self._revision = revision
        self._clock = clock
        self._kept: dict[Key, _CachedResponse] = {}
        self._kept_at: Hashable = None
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] not in ("POST", "GET"):
            await self._app(scope, receive, send)
            return
        begun = self._clock()
        received = [await receive()]
        body: bytes = received[0].get("body", b"")
        while received[-1].get("more_body") and len(body) <= MAX_BODY_BYTES:
            received.append(await receive())
            body += received[-1].get("body", b"")
        revision = await self._revision.look()
        if revision != self._kept_at:
            self._forget(revision)
        asked = body if scope["method"] == "POST" else None
        key = (
            scope["query_string"],
            asked,
            *[header for header in scope["headers"] if header[0] in VARY_HEADERS],
        )
        answer = self._kept.get(key)
        if answer is not None and self._clock() < answer.until:
            await _send_cached(answer, scope, send)
            return
        if revision is not None and len(body) <= MAX_CACHED_REQUEST_BYTES:
            send = self._keeping(key, revision, begun, scope, send)
        await self._app(scope, _replay(received, receive), send)

    def _keeping(self, key: Key, revision: Hashable, begun: float, scope: Scope, send: Send) -> Send:
        """Passes on what the app sends, and keeps it if it was marked."""
        start: Message = {}

        async def kept(message: Message) -> None:
            nonlocal start
            if CACHEABLE_FOR not in scope:
                await send(message)
            elif message["type"] == "http.response.start":
                start = message
            else:
                answer = _cached_response(start, message, begun + scope[CACHEABLE_FOR], scope["method"])
                if revision == self._kept_at:
                    self._keep(key, answer)
                own = [header for header in start["headers"] if header[0] in PER_REQUEST_HEADERS]
                await _send_cached(answer, scope, send, *own)

        return kept

    def _keep(self, key: Key, answer: _CachedResponse) -> None:
        former = self._kept.pop(key, None)
        self._bytes += _size(key, answer) - (_size(key, former) if former else 0)
        if self._bytes > MAX_CACHE_BYTES:
            self._forget(self._kept_at)
            self._bytes = _size(key, answer)
        self._kept[key] = answer

    def _forget(self, revision: Hashable) -> None:
        self._kept.clear()
        self._bytes = 0
        self._kept_at = revision


def _size(key: Key, answer: _CachedResponse) -> int:
    """About how many bytes it takes to keep it: what was asked, what is answered, and what holds them."""
    query_string, asked, *headers = key
    headers += answer.start["headers"]
    texts = [
        query_string,
        asked or b"",
        answer.body["body"],
        *(text for header in headers for text in header),
    ]
    return sum(len(text) + OBJECT_OVERHEAD_BYTES for text in texts)


def _cached_response(start: Message, body: Message, until: float, method: str) -> _CachedResponse:
    headers = [header for header in start["headers"] if header[0] not in PER_REQUEST_HEADERS]
    etag = None
    if method == "GET":
        etag = b'"' + hashlib.sha256(body["body"]).hexdigest()[:32].encode() + b'"'
        headers = [header for header in headers if header[0] != b"cache-control"]
        headers += [(b"etag", etag), (b"cache-control", b"no-cache")]
    return _CachedResponse({**start, "headers": headers}, body, until, etag)


async def _send_cached(answer: _CachedResponse, scope: Scope, send: Send, *more: Header) -> None:
    etag = answer.etag
    if etag and any(name == b"if-none-match" and etag in seen for name, seen in scope["headers"]):
        headers = [header for header in answer.start["headers"] if header[0] not in BODY_HEADERS]
        await send({"type": "http.response.start", "status": 304, "headers": [*headers, *more]})
        await send({"type": "http.response.body"})
        return
    start = answer.start
    await send({**start, "headers": [*start["headers"], *more]} if more else start)
    await send(answer.body)


def _replay(received: list[Message], receive: Receive) -> Receive:
    """What was received already, and then what comes."""
    earlier = iter(received)

    async def next_one() -> Message:
        return next(earlier, None) or await receive()

    return next_one
