"""The numbers in a browser: days by keyboard, bars as long as their values, and axe-core finds nothing."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.desk.audited_pages import findings
from tests.desk.desk_server import Desk
from tests.desk.numbers.test_numbers import PAGE, fill
from tests.support.live_server import live_server
from tests.widget.accessibility.test_axe import AXE

PAGES = (
    PAGE,
    "/desk/numbers?first=2026-01-01&last=2026-01-31",
    "/desk/numbers?first=2026-02-01&last=2026-01-31",
)


@pytest.fixture
async def site(desk: Desk, page: Page) -> AsyncIterator[str]:
    """The address of a desk with some visits, at which an owner is signed in."""
    await fill(desk)
    link = await desk.link(await desk.member())
    async with live_server(desk.app) as address:
        # A browser takes a cookie that is `Secure` from `localhost` without TLS.
        url = address.replace("127.0.0.1", "localhost")
        await page.goto(f"{url}/desk/sign-in/link#{link}")
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/desk/day")
        yield url


async def test_days_are_chosen_by_keyboard_alone(site: str, page: Page) -> None:
    await page.goto(f"{site}/desk/numbers")
    await page.get_by_label("First day").fill("2026-11-23")
    await page.get_by_label("Last day").fill("2026-11-24")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=2).first).to_have_text(
        "Monday, November 23, 2026 to Tuesday, November 24, 2026"
    )
    table = page.get_by_role("table", name="By practitioner")
    await expect(table.get_by_role("row", name="Sample Practitioner A")).to_contain_text("1 (100%)")
    async with page.expect_download() as downloaded:
        await page.get_by_role("link", name="Download for a spreadsheet").press("Enter")
    assert (await downloaded.value).suggested_filename == "numbers-2026-11-23-2026-11-24.csv"


@pytest.mark.parametrize("width", [1440, 320])
async def test_bars_are_as_long_as_their_values(site: str, page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(f"{site}{PAGE}")
    chart = page.get_by_role("img", name="Bars: visits by status")
    await expect(chart.locator("p")).to_have_text(["Done 1", "No-show 1", "Cancelled 1"])
    for number in range(3):
        part = await chart.locator(".part").nth(number).bounding_box()
        whole = await chart.locator(".whole").nth(number).bounding_box()
        assert part is not None
        assert whole is not None
        assert part["width"] / whole["width"] == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_nothing_on_the_numbers(site: str, page: Page, language: str) -> None:
    await page.add_init_script(path=AXE)
    found = []
    for address in PAGES:
        await page.goto(f"{site}{address}&lang={language}")
        found += await findings(page, address)
    assert found == []
