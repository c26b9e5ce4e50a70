"""axe-core finds nothing on the questions that staff read aloud, nor on the page of a refused booking."""

import pytest
from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.desk.audited_pages import findings
from tests.desk.booking.test_book import CALLER, SERVICE
from tests.desk.desk_server import desk_of_browsers
from tests.widget.accessibility.test_axe import AXE


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_nothing_on_the_questions(page: Page, sqlite_url: str, language: str) -> None:
    await page.add_init_script(path=AXE)
    await page.set_extra_http_headers({"Accept-Language": language})
    async with desk_of_browsers(sqlite_url) as (desk, url):
        member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
        await page.goto(f"{url}/desk/sign-in/link#{await desk.link(member)}")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/desk/day")
        await page.goto(f"{url}/desk/book?service={SERVICE}")
        await page.locator("#name").fill(CALLER["name"])
        await page.locator("#phone").fill(CALLER["phone"])
        await page.locator("button.time").first.click()
        await expect(page.locator(".read-aloud fieldset").first).to_be_visible()
        found = await findings(page, "questions")

        await page.locator("input[value=yes]").first.check()
        await page.locator("form.form button.button:not(.primary)").click()
        await expect(page.get_by_role("alert").first).to_be_visible()
        found += await findings(page, "refused")

    assert found == []
