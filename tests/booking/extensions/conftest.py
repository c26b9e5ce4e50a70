"""`extended_clinic` opens a clinic with the hooks of features."""

from collections.abc import AsyncIterator

import pytest

from booking.domain.hookspecs import FeatureHooks
from booking.storage.database import Database
from tests.booking.extensions.extended_clinic import (
    TWO_PRACTITIONERS,
    ClinicFactory,
    ExtendedClinic,
)
from tests.support.clinics import open_clinic, small_clinic
from tests.support.databases import open_database


@pytest.fixture
async def extended_clinic(database_url: str) -> AsyncIterator[ClinicFactory]:
    databases: list[Database] = []

    async def open_extended_clinic(
        *features: FeatureHooks, service: str = "", practitioners: str = TWO_PRACTITIONERS
    ) -> ExtendedClinic:
        databases.append(open_database(database_url, features=features))
        await open_clinic(databases[-1], small_clinic(service=service, practitioners=practitioners))
        return ExtendedClinic(databases[-1])

    yield open_extended_clinic
    for database in databases:
        await database.close()
