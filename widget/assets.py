"""The widget's files over HTTP, for pages of any origin."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOLDER = Path(__file__).parent
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
HEADERS = {
    # Then asked for again by its ETag: modules of two versions must not meet in a browser for long.
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


async def asset(request: Request) -> Response:
    """`GET /widget/{path}`: only files that a browser needs, each with its ETag."""
    file = _files().get(request.path_params["path"])
    if file is None:
        return PlainTextResponse("There is no such file.\n", 404, HEADERS | {"Cache-Control": "no-store"})
    body, media_type, etag = file
    headers = HEADERS | {"ETag": etag}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers | {"Content-Type": media_type})


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """Everything that may be asked for, by path: no path is ever opened because somebody named it."""
    files = {}
    for path in FOLDER.rglob("*"):
        media_type = MEDIA_TYPES.get(path.suffix)
        if media_type and path.is_file():
            body = path.read_bytes()
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            files[path.relative_to(FOLDER).as_posix()] = (body, media_type, etag)
    return files
