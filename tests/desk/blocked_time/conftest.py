"""What these tests are given: the desk of a clinic with two practitioners and two languages."""

from collections.abc import AsyncIterator

import pytest

from tests.booking.appointments.blocked_clinic import (
    CLINIC,
)
from tests.desk.desk_server import Desk, running_desk
from tests.support.clinics import edit_file


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    file = edit_file({'languages = ["en"]': 'languages = ["en", "fr"]'}, CLINIC)
    async with running_desk(database_url, file) as running:
        yield running
