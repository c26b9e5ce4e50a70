"""What tests of the desk are given: a server of the sample clinic."""

from collections.abc import AsyncIterator

import pytest

from tests.desk.desk_server import Desk, desk_of_browsers, running_desk


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    async with running_desk(sqlite_url) as running:
        yield running


@pytest.fixture
async def served(sqlite_url: str) -> AsyncIterator[tuple[Desk, str]]:
    """A server for real browsers, and its address."""
    async with desk_of_browsers(sqlite_url) as desk:
        yield desk
