"""Photos of practitioners over HTTP, for pages of any origin."""

from collections.abc import Callable
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booking.catalogue.photos import PhotoAddress, stored_photo
from booking.storage.database import Database
from rendering.assets import IMMUTABLE, SHORT_LIVED

COST_OF_PHOTO = 1
"""In points of the API."""
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def photo_routes(database: Database, charge: Callable[[Request], None]) -> list[Route]:
    """`charge` takes the cost of a photo from the client."""
    return [Route("/photos/{name}", partial(_photo, database, charge))]


async def _photo(database: Database, charge: Callable[[Request], None], request: Request) -> Response:
    """`GET /photos/{slug}-{version}-{size}.webp`.

    A page that was opened before the photo changed asks for the former version: the present one is better
    than none.

    Raises:
        HTTPException: 404, there is no such photo; 429, the client asked for too much.
    """
    charge(request)
    row = None
    if address := PhotoAddress.parse(request.path_params["name"]):
        async with database.read() as session:
            row = await stored_photo(session, address.slug, address.size)
    if address is None or row is None:
        raise HTTPException(404, "There is no such photo.\n", HEADERS | {"Cache-Control": "no-store"})
    etag = f'"{row.version}-{row.size}"'
    lifetime = IMMUTABLE if row.version == address.version else SHORT_LIVED
    headers = HEADERS | {"ETag": etag, "Cache-Control": lifetime}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(row.content, headers=headers, media_type="image/webp")
