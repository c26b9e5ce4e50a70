"""Measuring: counts each request as its answer begins; a stream may go on for hours."""

from collections.abc import Set
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.http.monitoring.marks import MARKS, OTHER
from graphql_api.http.monitoring.metrics import Metrics, area_of


class Measuring:
    """ASGI middleware in front of all that answers."""

    def __init__(self, app: ASGIApp, metrics: Metrics, areas: Set[str]) -> None:
        """`areas` are those of the routes; all other paths are counted together."""
        self._app = app
        self._metrics = metrics
        self._areas = areas

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = perf_counter() - began
                area = area_of(scope["path"])
                area = area if area in self._areas else OTHER
                self._metrics.count_answer(area, message["status"], scope.get(MARKS), took)
            await send(message)

        await self._app(scope, receive, send_and_count)
