"""The widget in a real browser, against the real app."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from tests.clinics import NOW
from tests.widget.site import Site, running_site
from tests.widget.visitor import Visitor


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(sqlite_url) as running:
        yield running


@pytest.fixture
async def any_site(database_url: str) -> AsyncIterator[Site]:
    """On SQLite, and on PostgreSQL."""
    async with running_site(database_url) as running:
        yield running


@pytest.fixture
async def visitor(page: Page) -> Visitor:
    """Somebody whose clock is right, but set to Tokyo's zone."""
    await page.clock.set_fixed_time(NOW)
    return await Visitor.at(page)
