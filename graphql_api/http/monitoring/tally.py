"""Tally: how many answers there were, and how long they took, in plain numbers.

prometheus-client's own counters take locks and checks, ten microseconds for an answer that itself takes a
hundred. All answers are counted in one event loop.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from graphql_api.http.monitoring.definitions import Definition

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""In seconds: a cached answer takes less than one millisecond, a request ends after some seconds."""
BOUNDS = [*map(str, BUCKETS), "+Inf"]


class Tally:
    """A collector of two metrics: answers by name and outcome, and their durations by name."""

    def __init__(self, requests: Definition, seconds: Definition) -> None:
        self._requests = requests
        self._seconds = seconds
        self._counts: dict[tuple[str, str], int] = {}
        self._durations: dict[str, list[int]] = {}
        """By name, how many took longer than one bound and no longer than the next."""
        self._sums: dict[str, float] = {}

    def count(self, name: str, outcome: str, seconds: float) -> None:
        key = name, outcome
        self._counts[key] = self._counts.get(key, 0) + 1
        durations = self._durations.get(name)
        if durations is None:
            durations = self._durations[name] = [0] * len(BOUNDS)
            self._sums[name] = 0.0
        durations[bisect_left(BUCKETS, seconds)] += 1
        self._sums[name] += seconds

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(self._requests.name, self._requests.help, labels=self._requests.labels)
        for labels, count in self._counts.items():
            requests.add_metric(labels, count)
        yield requests
        seconds = HistogramMetricFamily(self._seconds.name, self._seconds.help, labels=self._seconds.labels)
        for name, durations in self._durations.items():
            buckets = [(bound, float(count)) for bound, count in zip(BOUNDS, accumulate(durations))]
            seconds.add_metric([name], buckets, self._sums[name])
        yield seconds
