"""Monitoring: the parts that say how a server fares, wired together."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from booking.background import Clock
from booking.storage.database import Database
from booking.storage.key_store.data_keys import DataKeys
from graphql_api.http.monitoring.database_gauges import DatabaseGauges
from graphql_api.http.monitoring.measuring import Measuring
from graphql_api.http.monitoring.metrics import Metrics, area_of
from graphql_api.http.monitoring.monitoring_app import monitoring_app
from graphql_api.http.monitoring.readiness import Readiness
from graphql_api.http.stopping import Stopping


class Monitoring:
    """The metrics and the readiness of one server, and the application that shows them."""

    def __init__(self, database: Database, data_keys: DataKeys, clock: Clock, stopping: Stopping) -> None:
        self.metrics = Metrics()
        self.readiness = Readiness(database, data_keys, stopping)
        self._gauges = DatabaseGauges(database, clock)

    def app(self) -> Starlette:
        """What the monitoring port answers."""
        return monitoring_app(self.metrics, self._gauges, self.readiness)

    def measuring(self, routes: Iterable[BaseRoute]) -> Measuring:
        """Counts answers by the first part of these routes."""
        areas = frozenset(area_of(getattr(route, "path", "/")) for route in routes)
        return Measuring(self.metrics, areas)
