"""Fixtures for tests of mails: a database, and the sample clinic in it."""

from collections.abc import AsyncIterator

import pytest

from booking.storage.database import Database
from tests.support.clinics import open_clinic
from tests.support.databases import open_database


@pytest.fixture
async def empty(sqlite_url: str) -> AsyncIterator[Database]:
    """A database without a clinic."""
    opened = open_database(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def clinic(empty: Database) -> Database:
    """The sample clinic, open."""
    await open_clinic(empty)
    return empty
