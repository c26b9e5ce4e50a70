"""`house` opens a clinic in which guests join in."""

from collections.abc import AsyncIterator

import pytest

from booking.hooks import Guest
from booking.storage.database import Database
from tests.booking.house import TWO_PEOPLE, House, Open
from tests.clinics import open_clinic, small_clinic


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Open]:
    opened: list[Database] = []

    async def open_house(*guests: Guest, service: str = "", people: str = TWO_PEOPLE) -> House:
        opened.append(Database(database_url, guests=guests))
        await open_clinic(opened[-1], small_clinic(service=service, practitioners=people))
        return House(opened[-1])

    yield open_house
    for database in opened:
        await database.close()
