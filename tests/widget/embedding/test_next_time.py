"""The soonest time on the button: it moves nothing, is kept true, and is absent where nothing is open."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from playwright.async_api import Locator, Page, Request, Route, expect

from tests.support.browsers import wait_until_true
from tests.support.clinics import NOW
from tests.support.site import Site, page_of_another_origin
from tests.widget.embedding.test_hostile_pages import WATCH
from tests.widget.visitor import Visitor

ROOM = """<style>book-online:not(:defined) {
  display: inline-flex; align-items: center; box-sizing: border-box;
  min-block-size: 2.75em; padding: .5em 1.375em; font-weight: 600;
}
book-online[next]:not(:defined) { padding-inline-end: calc(12em + 1.375em); }
@media (max-width: 26em) {
  book-online[next]:not(:defined) {
    display: flex; inline-size: 100%; justify-content: center;
    min-block-size: 5.5em; padding: .5em 1.375em 3.25em;
  }
}</style>"""
PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><title>A page</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">{room}
<script type="module" src="{url}/widget/book-online.js"></script>
<p>Before <book-online next service="dry-needling"><a href="{url}/book">Book Online</a></book-online></p>
<p><book-online next service="dry-needling" practitioner="nobody">Not open</book-online></p><p>Below</p>"""


def button(page: Page) -> Locator:
    return page.locator("[part~=control]").first


@pytest.mark.parametrize("width", [1280, 320])
async def test_it_comes_by_one_small_request_and_moves_nothing(
    site: Site, visitor: Visitor, width: int
) -> None:
    page, asked = visitor.page, list[Request]()

    def record(request: Request) -> None:
        asked.append(request)

    page.on("request", record)

    async def after_the_first_picture(route: Route) -> None:
        await wait_until_true(page, "seen.paint.length")
        await route.continue_()

    await page.add_init_script(f"({WATCH})()")
    await page.route("**/book-online.js", after_the_first_picture)
    await page.set_viewport_size({"width": width, "height": 700})
    async with page_of_another_origin(PAGE.format(url=site.url, room=ROOM)) as url:
        await page.goto(url)
        # The visitor's clock is in Tokyo: the time says whose it is.
        await expect(button(page)).to_have_text("Book OnlineMon 9:00\u00a0a.m.\u00a0EST")
        await expect(page.locator("[part=next]").first).to_have_attribute("lang", "en")
        await expect(page.locator("[part=next]").nth(1)).to_be_hidden()
        assert await page.evaluate("seen['layout-shift']") == []
        sizes = [await request.sizes() for request in asked if "%22practitioner%22%3Anull" in request.url]
    assert len(sizes) == 1
    assert sizes[0]["responseBodySize"] + sizes[0]["responseHeadersSize"] < 1024


async def test_it_is_kept_true_and_never_a_past_time(site: Site, visitor: Visitor) -> None:
    page = visitor.page

    async def dated(route: Route) -> None:
        """As a server would answer whose clock is the test's."""
        response = await route.fetch()
        date = {"date": format_datetime(site.clock.now, usegmt=True)}
        await route.fulfill(response=response, headers=response.headers | date)

    await page.clock.install(time=NOW)
    await page.route("**/graphql?**", dated)
    async with page_of_another_origin(PAGE.format(url=site.url, room="")) as url:
        site.clock.now = NOW - timedelta(minutes=10)
        await page.goto(url)
        await expect(button(page)).to_contain_text("Mon 9:00\u00a0a.m.")

        # The page asks again after some minutes.
        site.clock.now = NOW + timedelta(days=1)
        await page.clock.run_for(301_000)
        await expect(button(page)).to_contain_text("Tue 9:00\u00a0a.m.")

        # The page slept for a day, and the server is gone when it wakes: a plain button, of the same width.
        width = await button(page).evaluate("(control) => control.offsetWidth")
        await page.unroute_all()
        await page.route("**/graphql?**", lambda route: route.abort())
        await page.clock.fast_forward("24:00:00")
        await expect(button(page)).to_have_text("Book Online")
        assert await button(page).evaluate("(control) => control.offsetWidth") == width

        await page.unroute_all()
        await page.clock.run_for(301_000)
        await expect(button(page)).to_contain_text("Tue 9:00\u00a0a.m.")


async def test_a_button_that_changes_asks_anew(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    async with page_of_another_origin(PAGE.format(url=site.url, room="")) as url:
        await page.goto(url)
        await expect(button(page)).to_contain_text("Mon 9:00\u00a0a.m.")
        await page.evaluate("document.querySelector('book-online').lang = 'fr'")
        await expect(button(page)).to_contain_text("lun. à 9\u00a0h")
        await page.evaluate("document.querySelector('book-online').removeAttribute('next')")
        await expect(button(page)).to_have_text("Book Online")
