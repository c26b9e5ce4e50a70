"""`house` opens a clinic in which guests join in."""

from collections.abc import AsyncIterator

import pytest

from booking.domain.hookspecs import FeatureHooks
from booking.storage.database import Database
from tests.booking.extensions.extended_clinic import TWO_PEOPLE, ExtendedClinic, Open
from tests.support.clinics import open_clinic, small_clinic


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Open]:
    opened: list[Database] = []

    async def open_house(
        *guests: FeatureHooks, service: str = "", people: str = TWO_PEOPLE
    ) -> ExtendedClinic:
        opened.append(Database(database_url, features=guests))
        await open_clinic(opened[-1], small_clinic(service=service, practitioners=people))
        return ExtendedClinic(opened[-1])

    yield open_house
    for database in opened:
        await database.close()
