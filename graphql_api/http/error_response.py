"""Answers without a result: to requests that are turned away, and from a server that fails."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from booking.domain.errors import TryAgain
from graphql_api.http.monitoring.marks import marks_of
from graphql_api.schema.errors import SOMETHING_WENT_WRONG
from graphql_api.security.request_error import RequestError
from graphql_api.types.problems import code_of

GRAPHQL_PATH = "/graphql"


def error_response(reason: RequestError) -> Response:
    error: dict[str, Any] = {"message": reason.message}
    if reason.code:
        error["extensions"] = {"code": reason.code, **reason.extensions}
    body = json_bytes({"errors": [error]})
    return Response(body, reason.status, reason.headers, media_type="application/json")


def json_bytes(answer: dict[str, Any]) -> bytes:
    """UTF-8, also of a message that quotes half a surrogate pair: the half becomes a question mark."""
    try:
        return orjson.dumps(answer)
    except orjson.JSONEncodeError:
        text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8", "replace")


@dataclass(frozen=True)
class FailureHandlers:
    """The handlers of a server that fails: JSON to the API's callers, `page` to all others.

    Each answer has the clinic's `phone`: `phone` for links, and `phoneShown`.
    """

    page: Callable[[Request, HTTPException], Response]
    phone: Callable[[], Mapping[str, str]]

    async def unavailable(self, request: Request, reason: Exception) -> Response:
        """Handle TryAgain."""
        assert isinstance(reason, TryAgain)
        headers = {"Retry-After": str(int(reason.retry_after.total_seconds()))}
        return self._respond(request, RequestError(503, reason.message, code_of(reason), headers))

    async def failed(self, request: Request, _mistake: Exception) -> Response:
        """Handle a mistake in the program; uvicorn logs its traceback, and then ends the connection.

        The answer says so: a client that sent its next request meanwhile would find itself cut off.
        """
        headers = {"Connection": "close"}
        return self._respond(request, RequestError(500, SOMETHING_WENT_WRONG, "INTERNAL", headers))

    def _respond(self, request: Request, reason: RequestError) -> Response:
        if request.scope["path"] == GRAPHQL_PATH:
            marks_of(request.scope).codes.add(reason.code or f"HTTP_{reason.status}")
            return error_response(replace(reason, extensions=self.phone()))
        return self.page(request, HTTPException(reason.status, f"{reason.message}\n", reason.headers))
