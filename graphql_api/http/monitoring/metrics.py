"""Metrics: what one process counts, in a registry of its own."""

import logging
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from graphql_api.http.monitoring.definitions import (
    BUILD_INFO,
    CACHED_RESPONSES,
    GRAPHQL_REQUESTS,
    GRAPHQL_SECONDS,
    HTTP_REQUESTS,
    HTTP_SECONDS,
    LIMIT_REFUSALS,
    LOG_RECORDS,
    REFUSALS,
    Definition,
)
from graphql_api.http.monitoring.exchange_collector import ExchangeCollector
from graphql_api.http.monitoring.marks import OTHER, Marks
from graphql_api.http.monitoring.tally import Tally
from graphql_api.limits.shared_limits import Exchanges

CLASSES = ("0xx", "1xx", "2xx", "3xx", "4xx", "5xx")
"""Of an HTTP status, by its first digit."""
MAX_CODES = 100
"""Features may bring codes of their own; those beyond are counted as OTHER."""
FAILURES = frozenset(("FEATURE_FAILED", "INTERNAL", "OUT_OF_ORDER", "TIMED_OUT", "TRY_AGAIN", "UNREADABLE"))
"""Codes of what is no fault of the caller."""


def area_of(path: str) -> str:
    """The first part of a path; `home` where there is none."""
    return path.lstrip("/").partition("/")[0] or "home"


class Metrics:
    """The counters of one server, and the collectors of its answers."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # A series more for each, which no query here needs.
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._http = Tally(HTTP_REQUESTS, HTTP_SECONDS)
        self._graphql = Tally(GRAPHQL_REQUESTS, GRAPHQL_SECONDS)
        self.registry.register(self._http)
        self.registry.register(self._graphql)
        self._cached_responses = self._counter(CACHED_RESPONSES)
        self._refusals = self._counter(REFUSALS)
        self._limit_refusals = self._counter(LIMIT_REFUSALS)
        self._log_records = self._counter(LOG_RECORDS)
        Gauge(BUILD_INFO.name, BUILD_INFO.help, BUILD_INFO.labels, registry=self.registry).labels(
            version("book-online")
        ).set(1)
        self.exchanges = Exchanges()
        self.registry.register(ExchangeCollector(self.exchanges))
        self._codes: set[str] = set()

    def count_answer(self, area: str, status: int, marks: Marks | None, seconds: float) -> None:
        """Count a request whose answer begins after so many seconds."""
        self._http.count(area, CLASSES[status // 100], seconds)
        if marks is None or marks.operation is None:
            return
        outcome = "refused" if marks.codes else "ok"
        if status >= 500 or not FAILURES.isdisjoint(marks.codes):
            outcome = "failed"
        self._graphql.count(marks.operation, outcome, seconds)
        if marks.is_cached:
            self._cached_responses.inc()
        for code in marks.codes:
            self._refusals.labels(self._bounded(code)).inc()

    def count_limit(self, limit: str) -> None:
        """Count a request that this limit refused."""
        self._limit_refusals.labels(limit).inc()

    def count_record(self, record: logging.LogRecord) -> None:
        """Count a line of the log."""
        self._log_records.labels(record.levelname.lower()).inc()

    def _bounded(self, code: str) -> str:
        if code not in self._codes:
            if len(self._codes) >= MAX_CODES:
                return OTHER
            self._codes.add(code)
        return code

    def _counter(self, metric: Definition) -> Counter:
        return Counter(metric.name, metric.help, metric.labels, registry=self.registry)
