"""axe-core finds nothing on the pages that a reminder leads to: in each theme, wide and narrow."""

import pytest
from playwright.async_api import Page, expect

from tests.booking.notifications.bookings import SampleBooking
from tests.booking.reminders.reminded_clinic import DAY
from tests.support.site import Site
from tests.web.noscript.test_accessibility import FINDINGS, findings

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_page_of_a_reminder_is_accessible(
    site: Site, booking: SampleBooking, mailed_token: str, page: Page, language: str
) -> None:
    found: list[str] = []
    address = f"{site.url}/visits/{booking.token}"

    async def audit(step: str) -> None:
        await expect(page.locator("h1")).to_have_count(1)
        found.extend(await findings(page, step))
        # Light: Chromium gives axe the unforced colour of a button once an open page turns dark.
        await page.emulate_media(color_scheme="light", forced_colors="active")
        found.extend(f"{step}, forced colours: {one}" for one in await page.evaluate(FINDINGS))
        await page.emulate_media(forced_colors="none")

    async def opens(path: str, step: str) -> None:
        await page.goto(f"{address}{path}?lang={language}")
        await audit(step)

    async def presses(step: str) -> None:
        async with page.expect_navigation():
            await page.locator("main button.primary").first.click()
        await audit(step)

    await opens("", "question")
    await presses("confirmed")
    await page.goto(f"{site.url}/visits/{mailed_token}/reminders?lang={language}")
    await audit("reminders")
    await presses("reminders that are stopped")
    await opens("/move", "times")
    await page.locator("button.time").first.click()
    await audit("move")
    await opens("/cancel", "cancel")
    await presses("cancelled")
    await opens("/move", "move of a visit that is cancelled")
    address = f"{site.url}/visits/{'0' * 64}"
    await opens("", "link that opens nothing")
    assert found == []


async def test_a_visit_that_is_over_has_an_accessible_page(
    site: Site, booking: SampleBooking, page: Page
) -> None:
    site.clock.now += 7 * DAY
    await page.goto(f"{site.url}/visits/{booking.token}")
    assert await findings(page, "past") == []
