"""A clinic with a waiting list, on both databases."""

import pytest

from booking.storage.database import Database
from tests.booking.waiting_list.waiting_clinic import NOON, WaitingClinic, waiting_clinic
from tests.support.clinics import open_clinic


@pytest.fixture
async def clinic(database: Database) -> WaitingClinic:
    await open_clinic(database, waiting_clinic(), now=NOON)
    opened = WaitingClinic(database)
    await opened.relay.register()
    return opened
