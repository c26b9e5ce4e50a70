"""Metrics: counters and histograms of one process, in a registry of their own."""

import logging
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
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
from graphql_api.http.monitoring.marks import OTHER, Marks

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""In seconds: a cached answer takes less than one millisecond, a request ends after some seconds."""
MAX_CODES = 100
"""Features may bring codes of their own; those beyond are counted as OTHER."""
FAILURES = frozenset(("FEATURE_FAILED", "INTERNAL", "OUT_OF_ORDER", "TIMED_OUT", "TRY_AGAIN", "UNREADABLE"))
"""Codes of what is no fault of the caller."""


def area_of(path: str) -> str:
    """The first part of a path; `home` where there is none."""
    return path.lstrip("/").partition("/")[0] or "home"


class Metrics:
    """What a process counts. Each child of a metric is looked up once: that takes longer than to count."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # A series more for each, which no query here needs.
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._http_requests = self._counter(HTTP_REQUESTS)
        self._http_seconds = self._histogram(HTTP_SECONDS)
        self._graphql_requests = self._counter(GRAPHQL_REQUESTS)
        self._graphql_seconds = self._histogram(GRAPHQL_SECONDS)
        self._cached_responses = self._counter(CACHED_RESPONSES)
        self._refusals = self._counter(REFUSALS)
        self._limit_refusals = self._counter(LIMIT_REFUSALS)
        self._log_records = self._counter(LOG_RECORDS)
        Gauge(BUILD_INFO.name, BUILD_INFO.help, BUILD_INFO.labels, registry=self.registry).labels(
            version("book-online")
        ).set(1)
        self._http: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._graphql: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self._codes: set[str] = set()

    def count_answer(self, area: str, status: int, marks: Marks | None, seconds: float) -> None:
        """Count a request whose answer begins after so many seconds."""
        requests, durations = self._of_area(area, status // 100)
        requests.inc()
        durations.observe(seconds)
        if marks is None or marks.operation is None:
            return
        is_failed = status >= 500 or not FAILURES.isdisjoint(marks.codes)
        outcome = "failed" if is_failed else "refused" if marks.codes else "ok"
        requests, durations = self._of_operation(marks.operation, outcome)
        requests.inc()
        durations.observe(seconds)
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

    def _of_area(self, area: str, status_class: int) -> tuple[Counter, Histogram]:
        key = area, status_class
        if key not in self._http:
            requests = self._http_requests.labels(area, f"{status_class}xx")
            self._http[key] = requests, self._http_seconds.labels(area)
        return self._http[key]

    def _of_operation(self, operation: str, outcome: str) -> tuple[Counter, Histogram]:
        key = operation, outcome
        if key not in self._graphql:
            requests = self._graphql_requests.labels(operation, outcome)
            self._graphql[key] = requests, self._graphql_seconds.labels(operation)
        return self._graphql[key]

    def _bounded(self, code: str) -> str:
        if code not in self._codes:
            if len(self._codes) >= MAX_CODES:
                return OTHER
            self._codes.add(code)
        return code

    def _counter(self, metric: Definition) -> Counter:
        return Counter(metric.name, metric.help, metric.labels, registry=self.registry)

    def _histogram(self, metric: Definition) -> Histogram:
        return Histogram(metric.name, metric.help, metric.labels, buckets=BUCKETS, registry=self.registry)
