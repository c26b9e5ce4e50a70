"""The first step on a slow network: it fills in from its top down, and nothing that is shown moves."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.support.site import Site
from tests.widget.visitor import Visitor

SLOW_SECONDS = 1.2
"""Longer than a browser excuses a shift after a press: half a second."""
SHIFT = 0.001
"""A hundredth of what browsers call good: the header gets its line with the number of the step."""
WATCH = """() => {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
  }).observe({ type: 'layout-shift' });
}"""


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_that_is_shown_moves_when_answers_come(
    site: Site, visitor: Visitor, width: int
) -> None:
    async def answer_late(route: Route) -> None:
        await asyncio.sleep(SLOW_SECONDS)
        await route.continue_()

    page = visitor.page
    await page.set_viewport_size({"width": width, "height": 900})
    await page.route("**/graphql", answer_late)
    await page.goto(f"{site.url}/?lang=en")
    await page.evaluate(WATCH)
    await page.get_by_role("link", name="Book Online").first.click()

    placeholders = page.locator("dialog:has(.soonest.waiting):has(.calendar[aria-busy=true])")
    await expect(placeholders).to_be_visible()
    await expect(page.locator("[part~=time]").first).to_be_attached()
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(page.locator(".person .next").first).not_to_be_empty()
    assert await page.evaluate("shift") < SHIFT
