"""Health checks: `/healthz` while the process runs, `/readyz` while it can take more visitors."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.queries.catalogue import get_clinic
from graphql_api.http.stopping import Stopping


def health_routes(database: Database, stopping: Stopping) -> list[Route]:
    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        if stopping.is_draining:
            return PlainTextResponse("The server is about to stop.\n", 503)
        if database.cannot_write:
            return PlainTextResponse("The database takes no changes.\n", 503)
        try:
            async with database.read() as session:
                await get_clinic(session)
        except TryAgain:
            return PlainTextResponse("The database does not answer.\n", 503)
        if database.is_damaged:
            return PlainTextResponse("The database is damaged: book-online database check\n", 503)
        return PlainTextResponse("ok\n")

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
