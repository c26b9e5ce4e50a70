"""The widget in a real browser, against the real app."""

import pytest
from playwright.async_api import Page

from tests.support.clinics import NOW
from tests.widget.visitor import Visitor


@pytest.fixture
async def visitor(page: Page) -> Visitor:
    """Somebody whose clock is right, but set to Tokyo's zone."""
    await page.clock.set_fixed_time(NOW)
    return await Visitor.at(page)
