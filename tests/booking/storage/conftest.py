"""Open databases of one kind, for behaviour that only SQLite or only PostgreSQL has."""

from collections.abc import AsyncIterator

import pytest

from booking.storage.database import Database


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def postgresql(postgresql_url: str) -> AsyncIterator[Database]:
    database = Database(postgresql_url)
    yield database
    await database.close()
