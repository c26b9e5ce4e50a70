"""GraphiQL for a browser in development, from our own server."""

from pathlib import Path

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles


def playground_routes(assets: Path) -> list[BaseRoute]:
    """GraphiQL's files under /playground/, where they were built."""
    return [Mount("/playground", StaticFiles(directory=assets, check_dir=False))]


def playground_page(*, endpoint: str) -> str:
    return endpoint
