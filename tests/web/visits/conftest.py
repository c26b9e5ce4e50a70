"""A running server whose clinic reminds its patients."""

from collections.abc import AsyncIterator

import httpx
import pytest

from booking.domain.tokens import hash_of, new_token
from booking.storage.models.desk.offered_times import ManageLink
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


@pytest.fixture
async def mailed_token(site: Site, booking: SampleBooking) -> str:
    """The secret of a link in a reminder. Who booked doesn't have it, unless the mails are theirs."""
    token = new_token()
    link = ManageLink(token_hash=hash_of(token), appointment=booking.appointments[0].id, created_at=NOW)
    async with site.database.write() as session:
        session.add(link)
    return token
