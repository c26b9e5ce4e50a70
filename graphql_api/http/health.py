"""Health checks: `/healthz` while the process runs, `/readyz` while its database answers too."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from booking.storage.database import Database
from booking.storage.queries.catalogue import get_clinic


def health_routes(database: Database) -> list[Route]:
    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        async with database.read() as session:
            await get_clinic(session)
        return PlainTextResponse("ok\n")

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
