"""Answers without a result: requests that are turned away, and a database that can't answer."""

import json
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from booking.domain.errors import TryAgain
from graphql_api.security.request_error import RequestError
from graphql_api.types.problems import code_of

GRAPHQL_PATH = "/graphql"


def error_response(reason: RequestError) -> Response:
    error: dict[str, Any] = {"message": reason.message}
    if reason.code:
        error["extensions"] = {"code": reason.code}
    body = json_bytes({"errors": [error]})
    return Response(body, reason.status, reason.headers, media_type="application/json")


def json_bytes(answer: dict[str, Any]) -> bytes:
    """UTF-8, also of a message that quotes half a surrogate pair: the half becomes a question mark."""
    try:
        return orjson.dumps(answer)
    except orjson.JSONEncodeError:
        text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8", "replace")


async def unavailable(request: Request, reason: Exception) -> Response:
    """Handle TryAgain: 503 as JSON to the API's callers, and as text to all others."""
    assert isinstance(reason, TryAgain)
    headers = {"Retry-After": str(int(reason.retry_after.total_seconds()))}
    if request.url.path == GRAPHQL_PATH:
        return error_response(RequestError(503, reason.message, code_of(reason), headers))
    return PlainTextResponse(f"{reason.message}\n", 503, headers)
