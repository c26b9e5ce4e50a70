"""Where nobody uses the desk, no name stays on the screen."""

import re
from datetime import timedelta

from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.desk.booking.test_book import CALLER, book, hold
from tests.desk.desk_server import Desk, desk_of_browsers

MINUTE = timedelta(minutes=1)
LEFT = re.compile(r'data-seconds-left="(\d+)"')
BY_ITSELF = {"Book-Online-Background": "refresh"}


async def test_a_page_knows_for_how_long_its_session_lasts(desk: Desk) -> None:
    browser = await desk.signed_in()

    async def left(headers: dict[str, str] | None = None) -> tuple[str, ...]:
        page = await browser.get("/desk/day", headers=headers)
        [seconds] = LEFT.findall(page.text)
        return seconds, *re.findall(r'http-equiv="refresh" content="(\d+); url=(\S+)"', page.text)[0]

    today = "/desk/sign-in?next=/desk/day%3Fdate%3D2026-11-23"
    assert await left() == ("1800", "1800", today)
    desk.clock.now += 10 * MINUTE
    assert await left(BY_ITSELF) == ("1200", "1200", today)
    assert await left() == ("1800", "1800", today)


async def test_names_go_from_the_screen_with_the_session(page: Page, sqlite_url: str) -> None:
    async with desk_of_browsers(sqlite_url) as (desk, url):
        other = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
        await book(other, await hold(other))
        member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
        await page.clock.install(time=desk.clock.now)
        await page.goto(f"{url}/desk/sign-in/link#{await desk.link(member)}")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text(CALLER["name"])).to_be_visible()
        await expect(page.get_by_role("button", name="All keys")).to_be_visible()  # The modules run.

        async def minutes(number: float, *, of_the_server: float | None = None) -> None:
            desk.clock.now += (number if of_the_server is None else of_the_server) * MINUTE
            await page.clock.run_for(int(number * 60_000))

        # A press of the button is a use.
        await minutes(29.5)
        stay = page.get_by_role("button", name="Stay signed in")
        await stay.press("Enter")
        await expect(stay).to_have_count(0)
        # Another page may have used the session: for the server less time has passed.
        await minutes(31, of_the_server=10)
        await expect(page.get_by_text(CALLER["name"])).to_be_visible()

        await minutes(21)
        await page.wait_for_url("**/desk/sign-in?lang=en&next=%2Fdesk%2Fday%3Fdate%3D*")
        assert CALLER["name"] not in await page.content()
