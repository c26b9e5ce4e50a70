"""axe-core finds nothing on a search and a sheet: light and dark, wide and narrow, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page

from booking.domain.role import Role
from booking.domain.screening import Answer
from tests.booking.notifications.bookings import make_booking
from tests.desk.audited_pages import findings
from tests.desk.desk_server import Desk
from tests.support.live_server import live_server
from tests.widget.accessibility.test_axe import AXE

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_nothing_on_a_search_and_a_sheet(desk: Desk, page: Page, language: str) -> None:
    answers = {"needle-fear": Answer.YES}
    bookings = [
        await make_booking(
            desk.database,
            TUESDAY + timedelta(days=day),
            service="dry-needling",
            answers=answers,
            now=desk.clock.now,
        )
        for day in (0, 1, 7)
    ]
    sheet = f"visits/{bookings[-1].appointments[0].id}"
    desk.clock.now = TUESDAY + timedelta(days=7)
    browser = await desk.signed_in(Role.RECEPTION)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    await page.set_extra_http_headers({"Cookie": cookies})
    await page.add_init_script(path=AXE)
    found = []
    async with live_server(desk.app) as url:
        for path in ("patients?q=sample", "patients?q=nobody", sheet):
            address = f"{url}/desk/{path}{'&' if '?' in path else '?'}lang={language}"
            await page.goto(address)
            assert await page.locator("h1").count() == 1
            found += await findings(page, path)
    assert found == []
