"""Fixtures for tests of mails: a database, and the sample clinic in it."""

from collections.abc import AsyncIterator

import pytest

from booking.storage.database import Database
from tests.support.clinics import open_clinic


@pytest.fixture
async def empty(sqlite_url: str) -> AsyncIterator[Database]:
    """A database without a clinic."""
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def clinic(empty: Database) -> Database:
    """The sample clinic, open."""
    await open_clinic(empty)
    return empty
