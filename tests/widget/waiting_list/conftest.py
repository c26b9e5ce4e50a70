"""A clinic with a waiting list."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from tests.booking.waiting_list.waiting_clinic import DAY
from tests.support.clinics import SAMPLE
from tests.support.site import Site, running_site

WAITING = SAMPLE + "\n[waiting_list]\n"


@asynccontextmanager
async def site_with_list(url: str) -> AsyncIterator[Site]:
    """It sends mails, without which there is no list."""
    async with running_site(url, WAITING) as running:
        async with running.database.write() as session:
            await register_listeners(session, [MAIL_LISTENER])
        yield running


@pytest.fixture
async def site(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Its own worker rests: nothing is offered while a test looks."""
    monkeypatch.setattr("booking.waiting_list.worker.FIRST_AFTER", DAY)
    async with site_with_list(sqlite_url) as running:
        yield running
