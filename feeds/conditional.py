"""Conditional requests (RFC 9110, section 13): most clients poll, and nothing has changed."""

import hashlib
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response


def etag_of(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return f'"{digest.hexdigest()[:32]}"'


def not_modified(request: Request, headers: Mapping[str, str]) -> Response | None:
    """304 if the client's copy has the ETag among `headers`; None if it needs the body."""
    cached = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if headers["ETag"].removeprefix("W/") in cached or "*" in cached:
        return Response(status_code=304, headers=headers)
    return None


def conditional_response(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str], *, etag: str | None = None
) -> Response:
    """The body, or 304. Without an `etag` that tells more, each other body is a change."""
    headers = {**headers, "ETag": etag or etag_of([body])}
    return not_modified(request, headers) or Response(body, headers=headers, media_type=media_type)
