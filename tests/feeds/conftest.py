"""The app over HTTP, on both databases and a clock that stands still."""

from collections.abc import AsyncIterator

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.feeds.bulk_client import SITE
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic
from tests.support.graphql_client import GraphQLClient
from tests.support.site import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def http(database: Database, database_url: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """Of the whole app, with the sample clinic in its database."""
    await open_clinic(database)
    app = create_app(Settings(database_url=database_url, site=SITE), now=clock)
    async with asgi_client(app) as client:
        yield client


@pytest.fixture
def api(http: httpx.AsyncClient) -> GraphQLClient:
    return GraphQLClient(http)
