"""A partner that the audit trail knows."""

from collections.abc import AsyncIterator

import pytest

from booking.storage.database import Database
from tests.graphql_api.conftest import Clock
from tests.graphql_api.security.audited_partner import Partner, opened_by_partner


@pytest.fixture
async def partner(database: Database, database_url: str, clock: Clock) -> AsyncIterator[Partner]:
    async with opened_by_partner(database, database_url, clock) as booked:
        yield booked
