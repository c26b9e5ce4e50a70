"""Measuring: counts each request as its answer begins; a stream may go on for hours."""

from collections.abc import Set

from starlette.types import Scope

from graphql_api.http.monitoring.marks import MARKS, OTHER
from graphql_api.http.monitoring.metrics import Metrics, area_of


class Measuring:
    """Called once an answer begins. `areas` are those of the routes; all other paths are counted together."""

    def __init__(self, metrics: Metrics, areas: Set[str]) -> None:
        self._metrics = metrics
        self._areas = areas

    def __call__(self, scope: Scope, status: int, seconds: float) -> None:
        area = area_of(scope["path"])
        if area not in self._areas:
            area = OTHER
        self._metrics.count_answer(area, status, scope.get(MARKS), seconds)
