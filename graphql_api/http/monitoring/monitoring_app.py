"""The application of the monitoring port: `/metrics`, and `/readyz` with its parts."""

import asyncio
from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphql_api.http.monitoring.database_gauges import DatabaseGauges
from graphql_api.http.monitoring.health import healthz
from graphql_api.http.monitoring.metrics import Metrics
from graphql_api.http.monitoring.readiness import OK, Readiness


class _All:
    """The metrics of the process, and those that were just read from the database."""

    def __init__(self, *families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return [family for part in self._families for family in part]


def monitoring_app(metrics: Metrics, gauges: DatabaseGauges, readiness: Readiness) -> Starlette:
    async def show_metrics(request: Request) -> Response:
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        everything = _All(metrics.registry.collect(), await gauges.read())
        text = await asyncio.to_thread(encode, everything)  # Thousands of lines.
        return Response(text, headers={"content-type": media_type, "cache-control": "no-store"})

    async def readyz(_request: Request) -> Response:
        parts = await readiness.parts()
        is_ready = all(state == OK for state in parts.values())
        answer = {"ready": is_ready, "parts": parts}
        return JSONResponse(answer, 200 if is_ready else 503, headers={"cache-control": "no-store"})

    return Starlette(
        routes=[Route("/metrics", show_metrics), Route("/readyz", readyz), Route("/healthz", healthz)]
    )
