"""The sample clinic, whose patients are found, exported and erased."""

import pytest

from booking.storage.database import Database
from tests.support.clinics import SAMPLE, open_clinic


@pytest.fixture
async def clinic(database: Database) -> Database:
    await open_clinic(database, SAMPLE)
    return database
