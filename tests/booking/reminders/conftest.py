"""A clinic that reminds its patients, on both databases."""

import pytest

from booking.storage.database import Database
from tests.booking.reminders.reminded_clinic import RemindedClinic, reminding_clinic
from tests.support.clinics import open_clinic


@pytest.fixture
async def clinic(database: Database) -> RemindedClinic:
    await open_clinic(database, reminding_clinic())
    opened = RemindedClinic(database)
    await opened.relay.register()
    return opened
