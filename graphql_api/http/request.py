"""read_request: parses an HTTP request into one GraphQL operation.

https://graphql.github.io/graphql-over-http/draft/
"""

import json
from dataclasses import dataclass, replace
from email.message import Message
from math import isfinite
from typing import Any

from starlette.requests import ClientDisconnect, Request

from graphql_api.http.content_negotiation import JSON
from graphql_api.limits.limits import (
    BODY_BYTES_PER_POINT,
    FREE_BODY_BYTES,
    MAX_BODY_BYTES,
    MAX_NUMBER_LENGTH,
    MAX_URL_QUERY_BYTES,
)
from graphql_api.security.request_error import RequestError
from graphql_api.security.trusted_documents import TrustedDocuments


@dataclass(frozen=True)
class GraphQLRequest:
    query: str
    variables: dict[str, Any] | None
    name: str | None
    cost: int = 1
    """The points for reading it, before the document is known."""


async def read_request(request: Request, documents: TrustedDocuments) -> GraphQLRequest:
    """The operation of a POST's body, or of a GET's query string.

    Raises:
        RequestError: the request holds no operation that may be executed.
    """
    if request.method == "POST":
        body = await _body(request)
        operation = _operation(_parse(body, "The body"), documents)
        # The document itself is paid by its length.
        further = max(0, len(body) - len(operation.query) - FREE_BODY_BYTES)
        return replace(operation, cost=1 + further // BODY_BYTES_PER_POINT)
    if request.method not in ("GET", "HEAD"):
        raise RequestError(405, "Please use POST, or GET for queries.", headers={"Allow": "GET, POST"})
    if len(request.url.query) > MAX_URL_QUERY_BYTES:
        raise RequestError(414, f"The URL is too long; please POST more than {MAX_URL_QUERY_BYTES} bytes.")
    parameters: dict[str, Any] = {name: value for name, value in request.query_params.items() if value}
    for name in parameters.keys() & {"variables", "extensions"}:
        parameters[name] = _parse(parameters[name].encode(), f"`{name}`")
    return _operation(parameters, documents)


async def _body(request: Request) -> bytes:
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
    if header.get_content_type() != JSON or header.get_content_charset("utf-8") != "utf-8":
        raise RequestError(415, f"Please send {JSON} in UTF-8.")
    # Counted while it is read: the Content-Length header need not be true.
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise RequestError(413, f"The body is too long; {MAX_BODY_BYTES} bytes at most.")
    except ClientDisconnect as disconnect:
        raise RequestError(400, "The body ended too early.") from disconnect
    return bytes(body)


def _parse(text: bytes, subject: str) -> Any:
    try:
        return json.loads(
            text.decode("utf-8"), parse_constant=_refuse_constant, parse_int=_integer, parse_float=_float
        )
    except (ValueError, RecursionError) as reason:
        raise RequestError(400, f"{subject} is not JSON in UTF-8.") from reason


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int:
    _check_length(text)
    return int(text)


def _float(text: str) -> float:
    _check_length(text)
    if not isfinite(number := float(text)):
        raise RequestError(400, f"The number {text} is too large.")
    return number


def _check_length(number: str) -> None:
    if len(number) > MAX_NUMBER_LENGTH:
        raise RequestError(400, f"A number has at most {MAX_NUMBER_LENGTH} characters.")


def _operation(parts: Any, documents: TrustedDocuments) -> GraphQLRequest:
    if not isinstance(parts, dict):
        raise RequestError(400, "The body must be a JSON object with a `query`. Batches are not supported.")
    for name, kind in (("variables", dict), ("operationName", str), ("extensions", dict)):
        if not isinstance(parts.get(name), kind | None):
            raise RequestError(400, f"`{name}` must be {'a string' if kind is str else 'an object'}.")
    query = _document(parts, documents)
    return GraphQLRequest(query, parts.get("variables"), parts.get("operationName") or None)


def _document(parts: dict[str, Any], documents: TrustedDocuments) -> str:
    query, document_id = parts.get("query"), parts.get("documentId")
    persisted = (parts.get("extensions") or {}).get("persistedQuery")
    if persisted is not None and query is None and document_id is None:
        text = documents.by_id(persisted.get("sha256Hash")) if isinstance(persisted, dict) else None
        if text is None:  # Clients know this message, and send the text from then on.
            raise RequestError(200, "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
        return text
    if document_id is not None:
        if query is not None:
            raise RequestError(400, "Please send a `query` or a `documentId`, not both.")
        text = documents.by_id(document_id)
        if text is None:
            raise RequestError(404, "There is no trusted document of this id.", code="DOCUMENT_NOT_FOUND")
        return text
    if not isinstance(query, str) or not query:
        raise RequestError(400, "`query` must be a GraphQL document.")
    if not documents.may_be_sent(query):
        raise RequestError(403, "Only trusted documents are answered here.", code="DOCUMENT_NOT_TRUSTED")
    return query
