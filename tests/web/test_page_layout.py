"""The pages in a real browser, on narrow screens, wide ones and paper."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.support.browsers import wait_until_true
from tests.support.live_server import live_server
from tests.web.sample_pages import sample_pages

HEADING_AND_FIGURE = """() => {
  const words = document.createRange();
  words.selectNodeContents(document.querySelector('h1'));
  const figure = document.querySelector('.figure').getBoundingClientRect();
  return [words.getBoundingClientRect().right, figure.left];
}"""


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with live_server(sample_pages()) as address:
        yield address


@pytest.mark.parametrize("width", [320, 720, 900, 1280])
@pytest.mark.parametrize("path", ["/?lang=en", "/?lang=fr", "/book?lang=fr", "/manage?lang=fr"])
async def test_nothing_sticks_out_of_a_page(url: str, page: Page, path: str, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 700})
    await page.goto(url + path)

    assert await page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [720, 900, 1280])
async def test_a_long_heading_stays_clear_of_the_figure(url: str, page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 700})
    await page.goto(f"{url}/?lang=fr")

    heading_ends, figure_begins = await page.evaluate(HEADING_AND_FIGURE)
    assert heading_ends < figure_begins


async def test_a_booking_is_printed_and_a_button_is_not(url: str, page: Page) -> None:
    await page.emulate_media(media="print")

    await page.goto(f"{url}/book")
    await expect(page.locator("book-online")).to_be_visible()
    await page.goto(f"{url}/manage")
    await expect(page.locator("book-online-manage")).to_be_visible()
    await page.goto(f"{url}/")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator("book-online")).to_have_count(3)
    for button in await page.locator("book-online").all():
        await expect(button).to_be_hidden()


async def test_a_page_keeps_its_own_content_security_policy(url: str, page: Page) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))

    for path in ("/", "/book/dry-needling", "/manage#a-secret"):
        await page.goto(url + path)
        await page.wait_for_load_state("networkidle")
    # A violation is reported, so silence about the pages means something.
    await page.evaluate("document.body.setAttribute('style', 'color: red')")
    await wait_until_true(page, "getComputedStyle(document.body).color !== 'rgb(255, 0, 0)'")

    broken = [text for text in messages if "Content Security Policy" in text]
    assert len(broken) == 1
    assert "style" in broken[0]
