"""GraphQL over HTTP: a request's bytes -> one operation -> an answer with the right status.

https://graphql.github.io/graphql-over-http/draft/
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from graphql_api.context import Context
from graphql_api.schema import BookingSchema, show_error

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
LONGEST_BODY = 64 * 1024
LONGEST_URL_QUERY = 8 * 1024


@dataclass
class Unusable(Exception):
    """A request that holds no operation; it is answered in plain JSON, not as a GraphQL response."""

    status: int
    message: str
    allow: str | None = None


@dataclass(frozen=True)
class Operation:
    query: str
    variables: dict[str, Any] | None
    name: str | None


def graphql_endpoint(
    schema: BookingSchema, context_of: Callable[[Request], Awaitable[Context]]
) -> Callable[[Request], Awaitable[Response]]:
    """The handler of `/graphql`: `POST`, and `GET` for queries."""

    async def endpoint(request: Request) -> Response:
        try:
            media_type = _negotiate(request.headers.get("accept", "*/*"))
            operation = await _read(request)
            context = await context_of(request)
            try:
                result = await schema.execute(
                    operation.query,
                    variable_values=operation.variables,
                    operation_name=operation.name,
                    context_value=context,
                    allowed_operation_types=_allowed(request.method),
                )
            except InvalidOperationTypeError as refused:
                raise _wrong_method(request.method, refused) from refused
            except CannotGetOperationTypeError as unknown:
                return _answer({"errors": [{"message": unknown.as_http_error_reason()}]}, 400, media_type)
        except Unusable as reason:
            headers = {"Allow": reason.allow} if reason.allow else None
            return JSONResponse({"errors": [{"message": reason.message}]}, reason.status, headers)
        return _respond(result, media_type)

    return endpoint


def _negotiate(accept: str) -> str:
    """Of the two media types that we speak, the one that the caller likes."""
    offered = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    if GRAPHQL_RESPONSE in offered:
        return GRAPHQL_RESPONSE
    if offered & {JSON, "application/*", "*/*"}:
        return JSON
    raise Unusable(406, f"Please accept {GRAPHQL_RESPONSE} or {JSON}.")


async def _read(request: Request) -> Operation:
    if request.method == "POST":
        return _operation(_parse(await _body(request), "The body"))
    if request.method not in ("GET", "HEAD"):
        raise Unusable(405, "Please use POST, or GET for queries.", allow="GET, POST")
    if len(request.url.query) > LONGEST_URL_QUERY:
        raise Unusable(414, f"The URL is too long; please POST more than {LONGEST_URL_QUERY} bytes.")
    parts: dict[str, Any] = dict(request.query_params)
    if parts.get("variables"):
        parts["variables"] = _parse(parts["variables"].encode(), "`variables`")
    return _operation(parts)


async def _body(request: Request) -> bytes:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    if kind.strip().lower() != JSON or charset not in ("", "charset=utf-8"):
        raise Unusable(415, f"Please send {JSON} in UTF-8.")
    # Counted as it comes in: a length that is promised need not be true.
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_BODY:
                raise Unusable(413, f"The body is too long; {LONGEST_BODY} bytes at most.")
    except ClientDisconnect as gone:
        raise Unusable(400, "The body ended too early.") from gone
    return bytes(body)


def _parse(text: bytes, what: str) -> Any:
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as reason:
        raise Unusable(400, f"{what} is not JSON in UTF-8.") from reason


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _operation(parts: Any) -> Operation:
    if not isinstance(parts, dict):
        raise Unusable(400, "The body must be a JSON object with a `query`. Batches are not supported.")
    query, variables, name = (
        parts.get("query"),
        parts.get("variables") or None,
        parts.get("operationName") or None,
    )
    if not isinstance(query, str) or not query:
        raise Unusable(400, "`query` must be a GraphQL document.")
    if not isinstance(variables, dict | None):
        raise Unusable(400, "`variables` must be an object.")
    if not isinstance(name, str | None):
        raise Unusable(400, "`operationName` must be a string.")
    if not isinstance(parts.get("extensions"), dict | str | None):
        raise Unusable(400, "`extensions` must be an object.")
    return Operation(query, variables, name)


def _allowed(method: str) -> set[OperationType]:
    return {OperationType.QUERY, OperationType.MUTATION} if method == "POST" else {OperationType.QUERY}


def _wrong_method(method: str, refused: InvalidOperationTypeError) -> Unusable:
    if method == "POST":
        return Unusable(400, "Subscriptions are not supported.")
    return Unusable(405, "Please POST mutations.", allow="POST")


def _respond(result: ExecutionResult, media_type: str) -> Response:
    errors = [show_error(error) for error in result.errors or ()]
    if result.data is None and not any(error.path for error in result.errors or ()):
        # A request error: nothing was executed, so there is no `data`.
        return _answer({"errors": errors}, 400 if media_type == GRAPHQL_RESPONSE else 200, media_type)
    answer: dict[str, Any] = {"data": result.data}
    if errors:
        answer["errors"] = errors
    return _answer(answer, 200, media_type)


def _answer(content: dict[str, Any], status: int, media_type: str) -> Response:
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Response(
        body.encode("utf-8", "replace"),  # An error may repeat half a surrogate pair that it was sent.
        status,
        media_type=f"{media_type}; charset=utf-8",
        headers={"Vary": "Accept, Accept-Language", "Cache-Control": "no-store"},
    )
