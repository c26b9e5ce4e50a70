"""Health checks: `/healthz` while the process runs, `/readyz` while it can take more visitors."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from graphql_api.http.monitoring.readiness import Readiness


async def healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


def health_routes(readiness: Readiness) -> list[Route]:
    async def readyz(_request: Request) -> Response:
        obstacle = await readiness.obstacle()
        return PlainTextResponse(f"{obstacle}\n", 503) if obstacle else PlainTextResponse("ok\n")

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
