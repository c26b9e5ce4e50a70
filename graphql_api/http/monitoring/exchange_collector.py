"""ExchangeCollector: how long ago a server last shared its limits with the others."""

from collections.abc import Iterator
from time import monotonic

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from graphql_api.http.monitoring.definitions import LIMITS_AGE, LIMITS_FAILURES
from graphql_api.limits.shared_limits import Exchanges


class ExchangeCollector(Collector):
    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges

    def collect(self) -> Iterator[Metric]:
        if self._exchanges.last_at is None:
            return
        age = monotonic() - self._exchanges.last_at
        yield GaugeMetricFamily(LIMITS_AGE.name, LIMITS_AGE.help, age)
        yield CounterMetricFamily(LIMITS_FAILURES.name, LIMITS_FAILURES.help, self._exchanges.failures)
