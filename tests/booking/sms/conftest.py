"""A clinic that texts its patients, on both databases, and its provider on loopback."""

from collections.abc import AsyncIterator

import pytest

from booking.storage.database import Database
from tests.booking.reminders.reminded_clinic import FOUR
from tests.booking.sms.loopback_gateway import LoopbackGateway, running_gateway
from tests.booking.sms.texted_clinic import TextedClinic, gateway_at, texting_clinic
from tests.support.clinics import open_clinic


@pytest.fixture
async def provider() -> AsyncIterator[LoopbackGateway]:
    async with running_gateway() as running:
        yield running


@pytest.fixture
async def clinic(database: Database, provider: LoopbackGateway) -> TextedClinic:
    """At four on Monday, when the reminders of Tuesday are due."""
    await open_clinic(database, texting_clinic("most_a_day = 3", reminders="days_before = [1]"))
    opened = TextedClinic(database, FOUR, gateway=gateway_at(provider.url), provider=provider)
    await opened.relay.register()
    return opened


@pytest.fixture
def failures(clinic: TextedClinic) -> list[Exception]:
    raised: list[Exception] = []
    clinic.relay.on_failure = raised.append
    return raised
