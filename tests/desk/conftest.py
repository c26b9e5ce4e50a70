"""What tests of the desk are given: a server of the sample clinic."""

from collections.abc import AsyncIterator

import pytest

from tests.desk.desk_server import Desk, running_desk


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    async with running_desk(sqlite_url) as running:
        yield running
