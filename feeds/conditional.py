"""Answers that are asked for again and again, mostly to hear that nothing has changed."""

import hashlib
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


def etag_of(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return f'"{digest.hexdigest()[:32]}"'


def not_modified(request: Request, headers: Mapping[str, str]) -> Response | None:
    """304 for whoever has what the ETag among `headers` is of."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return None


def conditional_response(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str]
) -> Response:
    headers = {**headers, "ETag": etag_of([body])}
    return not_modified(request, headers) or Response(body, headers=headers, media_type=media_type)


def rate_limited(wait: int) -> Response:
    message = f"You have asked for much in a short time. Please ask again in {wait} s.\n"
    return PlainTextResponse(message, 429, {"Retry-After": str(wait), "Cache-Control": "no-store"})
