"""CORS: any page may ask, with any header but a key."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.http.monitoring.request_id import HEADER as REQUEST_ID

EXPOSED_HEADERS = ("Date", "RateLimit", "RateLimit-Policy", "Retry-After", REQUEST_ID)


class Cors(CORSMiddleware):
    """Any page may embed the widget or call the API: no cookie is ever read, so there is nothing to steal.

    Headers of tracing and of client libraries pass, because nothing here reads them. `Authorization` does
    not: a partner's key in a page is everybody's key.
    """

    def __init__(self, app: ASGIApp, *, files: str) -> None:
        """`files` begins the paths that tell browsers themselves who may read them, in fewer bytes."""
        super().__init__(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=EXPOSED_HEADERS,
            max_age=86_400,
        )

        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._files):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        wanted = request_headers.get("access-control-request-headers", "").lower()
        if "authorization" in [name.strip() for name in wanted.split(",")]:
            return PlainTextResponse("A page must not hold a key: please ask from your server.\n", 400)
        return super().preflight_response(request_headers)
