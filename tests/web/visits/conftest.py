"""A running server whose clinic reminds its patients."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.booking.reminders.reminded_clinic import NINE, reminding_clinic
from tests.support.clinics import NOW
from tests.support.site import Site, running_site


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(sqlite_url, reminding_clinic()) as running:
        yield running


@pytest.fixture
async def patient(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A client without cookies and scripts, as mail programs are too."""
    async with httpx.AsyncClient(base_url=site.url) as client:
        yield client


@pytest.fixture
async def booking(site: Site) -> SampleBooking:
    return await make_booking(site.database, NINE, service="visit", practitioner="one", now=NOW)
