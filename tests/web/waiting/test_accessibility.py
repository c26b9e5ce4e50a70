"""axe-core finds nothing on the pages of the waiting list: in each theme, wide and narrow."""

import pytest
from playwright.async_api import Page, expect

from tests.booking.waiting_list.test_joining import SCREENED
from tests.booking.waiting_list.waiting_clinic import DAY, NOON, TUESDAY, WaitingClinic
from tests.support.clinics import open_clinic
from tests.support.site import Site
from tests.web.noscript.test_accessibility import FINDINGS, findings

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_page_of_the_waiting_list_is_accessible(
    site: Site, clinic: WaitingClinic, page: Page, language: str
) -> None:
    text = SCREENED.replace('screening_valid = "30 days"', 'screening_valid = "1 day"')
    await open_clinic(clinic.database, text, now=NOON)
    late, answers = TUESDAY + DAY, {"fear": "no", "pacemaker": "no"}
    joined = await clinic.join(answers=answers, first_day=late, last_day=late)
    found: list[str] = []

    async def audit(step: str) -> None:
        await expect(page.locator("h1")).to_have_count(1)
        found.extend(await findings(page, step))
        await page.emulate_media(color_scheme="light", forced_colors="active")
        found.extend(f"{step}, forced colours: {one}" for one in await page.evaluate(FINDINGS))
        await page.emulate_media(forced_colors="none")

    async def opens(path: str, step: str) -> None:
        await page.goto(f"{site.url}/waiting/{joined.token}{path}?lang={language}")
        await audit(step)

    async def presses(step: str) -> None:
        async with page.expect_navigation():
            await page.locator("main button.primary").first.click()
        await audit(step)

    await opens("", "waiting")
    await clinic.fill()
    await opens("", "offer")
    await presses("questions that are missing")
    async with page.expect_navigation():
        await page.locator("main button[formaction]").click()
    await audit("declined")
    await opens("/leave", "leave")
    await presses("left")
    assert found == []
