"""GraphiQL for a browser in development, from our own server; `make playground` builds it in a clone."""

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
{content}
</html>
"""
GRAPHIQL = """<link rel="stylesheet" href="/playground/playground.css">
<div id="playground" data-endpoint="{endpoint}"><p>The playground is loading.</p></div>
<script type="module" src="/playground/playground.js"></script>"""
NOT_BUILT = """<p>The API answers at this address, <code>{endpoint}</code>; its schema is the file
<a href="/graphql/schema.graphql">schema.graphql</a>. The playground is not built here.</p>
<p>In a clone: <code>make playground</code>, then reload this page. An installed package has no playground:
set <code>BOOK_ONLINE_PLAYGROUND</code> to the folder <code>build/playground</code> of a clone.</p>"""


def playground_routes(assets: Path) -> list[BaseRoute]:
    """GraphiQL's files under `/playground/`."""
    return [Mount("/playground", _Assets(directory=assets, check_dir=False))]


def is_built(assets: Path) -> bool:
    return (assets / "playground.js").is_file()


def playground_page(assets: Path, *, endpoint: str) -> str:
    """GraphiQL, or how to get it where it is not built."""
    content = GRAPHIQL if is_built(assets) else NOT_BUILT
    return PAGE.replace("{content}", content).replace("{endpoint}", escape(endpoint))


def with_playground(answer: Handler, assets: Path, reads_html: Callable[[Request], bool]) -> Handler:
    """A browser that opens the address gets the playground; every GraphQL request gets its answer."""

    async def page_or_answer(request: Request) -> Response:
        if request.method == "GET" and "query" not in request.query_params and reads_html(request):
            return HTMLResponse(playground_page(assets, endpoint=request.url.path))
        return await answer(request)

    return page_or_answer


class _Assets(StaticFiles):
    async def check_config(self) -> None:
        """Missing files are no error: they can be built while the server runs."""
