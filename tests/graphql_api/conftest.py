"""The API as a partner sees it: over HTTP, on both databases, at a time that stands still."""

from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import GraphQLClient


class Clock:
    """Stands still until a test sets it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
async def http(database: Database, database_url: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole app, with the sample clinic in its database."""
    await open_clinic(database)
    app = create_app(Settings(database_url=database_url), now=clock)
    async with asgi_client(app) as client:
        yield client


@pytest.fixture
def api(http: httpx.AsyncClient) -> GraphQLClient:
    return GraphQLClient(http)
