"""A clinic's own software, with a key of the desk."""

import pytest

from booking.storage.database import Database
from tests.graphql_api.desk.desk_software import DeskSoftware, desk_software
from tests.support.graphql_client import GraphQLClient


@pytest.fixture
async def desk(api: GraphQLClient, database: Database) -> DeskSoftware:
    return await desk_software(api.http, database)
