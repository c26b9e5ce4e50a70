"""A server that is measured, and what its monitoring port answers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from graphql_api.settings.values import Address
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import GraphQLClient

BETWEEN_TICKS = NOW + timedelta(seconds=1)
"""At the stroke of a tick nothing is cached."""
Labels = Mapping[str, str]


async def scraped(monitor: httpx.AsyncClient) -> dict[str, list[tuple[Labels, float]]]:
    """Each sample by its name."""
    answer = await monitor.get("/metrics")
    assert answer.status_code == 200
    samples: dict[str, list[tuple[Labels, float]]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    return samples


@dataclass(frozen=True)
class MeasuredServer:
    http: httpx.AsyncClient
    """Of visitors."""
    monitor: httpx.AsyncClient
    """Of the monitoring port."""

    @property
    def api(self) -> GraphQLClient:
        return GraphQLClient(self.http)

    async def values(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of a metric, by the values of their labels in the order of their names."""
        samples = (await scraped(self.monitor)).get(name, [])
        return {tuple(value for _, value in sorted(labels.items())): number for labels, number in samples}


@asynccontextmanager
async def measured_server(url: str, **settings: object) -> AsyncIterator[MeasuredServer]:
    app = create_app(Settings(url, metrics=Address("127.0.0.1", 0), **settings), now=lambda: BETWEEN_TICKS)  # type: ignore[arg-type]
    async with asgi_client(app) as http:
        transport = httpx.ASGITransport(app.state.monitoring.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://monitor") as monitor:
            yield MeasuredServer(http, monitor)


@pytest.fixture
async def server(database: Database, database_url: str) -> AsyncIterator[MeasuredServer]:
    await open_clinic(database)
    async with measured_server(database_url) as running:
        yield running
