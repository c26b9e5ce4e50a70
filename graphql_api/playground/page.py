"""GraphiQL for a browser in development, from our own server; `make playground` builds it."""

from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

Handler = Callable[[Request], Awaitable[Response]]

# Monaco, GraphiQL's editor, writes its styles into the page. Scripts come from files alone.
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self';
  style-src 'self' 'unsafe-inline'; connect-src 'self'; font-src 'self' data:; img-src 'self' data:;
  worker-src 'self'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Playground · Book Online</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/playground/playground.css">
<div id="playground" data-endpoint="{endpoint}">
  <p>The playground is loading. If this stays, it has not been built yet:
  please run <code>make playground</code>, and reload this page.</p>
</div>
<script type="module" src="/playground/playground.js"></script>
</html>
"""


def playground_routes(assets: Path) -> list[BaseRoute]:
    """GraphiQL's files under `/playground/`; where they are missing, the page says how to build them."""
    return [Mount("/playground", _Assets(directory=assets, check_dir=False))]


def playground_page(*, endpoint: str) -> str:
    return PAGE.replace("{endpoint}", escape(endpoint))


def with_playground(answer: Handler) -> Handler:
    """A browser that opens the address gets the playground; every GraphQL request gets its answer."""

    async def page_or_answer(request: Request) -> Response:
        if (
            request.method == "GET"
            and "query" not in request.query_params
            and "text/html" in request.headers.get("accept", "")
        ):
            return HTMLResponse(playground_page(endpoint=request.url.path))
        return await answer(request)

    return page_or_answer


class _Assets(StaticFiles):
    async def check_config(self) -> None:
        """Missing files are no error: they can be built while the server runs."""
