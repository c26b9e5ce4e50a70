"""Open databases of one kind, for behaviour that only SQLite or only PostgreSQL has."""

from collections.abc import AsyncIterator

import pytest

from booking.storage.database import Database
from tests.support.databases import open_database


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    database = open_database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def postgresql(postgresql_url: str) -> AsyncIterator[Database]:
    database = open_database(postgresql_url)
    yield database
    await database.close()
