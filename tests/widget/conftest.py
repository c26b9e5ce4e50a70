"""The widget in a real browser, against the real app."""

import pytest
from playwright.async_api import Page

from tests.support.clinics import NOW
from tests.widget.visitor import Visitor


@pytest.fixture
async def visitor(page: Page) -> Visitor:
    """A visitor whose clock is right, but in the zone of Tokyo."""
    await page.clock.set_fixed_time(NOW)
    return await Visitor.at(page)
