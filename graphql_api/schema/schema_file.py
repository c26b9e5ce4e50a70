"""The schema as a file, for tools that would else introspect, and for caches."""

import hashlib
from collections.abc import Callable
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

CACHE_CONTROL = "public, max-age=300"


def schema_route(path: str, print_schema: Callable[[], str]) -> Route:
    """`print_schema` is called at the first request alone."""
    print_once = cache(print_schema)

    async def schema_file(request: Request) -> Response:
        text = print_once()
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return PlainTextResponse(text, headers=headers)

    return Route(path, schema_file)
