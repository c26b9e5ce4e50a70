"""The desk's style sheet, modules and icons, as esbuild bundled them."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from rendering.assets import Assets, assets_of, version_of
from rendering.bundle import bundle_folder, files_in

INSTALLED = Path(__file__).parents[1] / "bundle"
CHECKOUT = Path(__file__).parents[2] / "build" / "desk"


@cache
def assets() -> Assets:
    """
    Raises:
        BundleMissing: `desk/bundle.mjs` has not written it yet.
    """
    files = files_in(bundle_folder([INSTALLED, CHECKOUT], "desk.js"))
    return Assets("/desk/assets", version_of(files), assets_of(files), entry_points={})


async def asset(request: Request) -> Response:
    """`GET /desk/assets/{path}`: files without anybody's data, which need no session."""
    return assets().respond(request, {"Cross-Origin-Resource-Policy": "same-origin"})
