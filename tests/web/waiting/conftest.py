"""A running server whose clinic has a waiting list, and a patient to whom a time is offered."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.booking.waiting_list.waiting_clinic import DAY, NOON, WaitingClinic, waiting_clinic
from tests.support.site import Site, running_site


@pytest.fixture
async def site(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Its own worker rests: the tests say when it looks."""
    monkeypatch.setattr("booking.waiting_list.worker.FIRST_AFTER", DAY)
    async with running_site(sqlite_url, waiting_clinic()) as running:
        running.clock.now = NOON
        yield running


@pytest.fixture
async def clinic(site: Site) -> WaitingClinic:
    opened = WaitingClinic(site.database)
    await opened.relay.register()
    return opened


@pytest.fixture
async def patient(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A client without cookies and scripts, as mail programs are too."""
    async with httpx.AsyncClient(base_url=site.url) as client:
        yield client
