"""A booking online, seen on an open desk: the server's own page in a browser."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.booking.notifications.bookings import make_booking
from tests.desk.desk_server import Desk
from tests.support.live_server import live_server

pytestmark = pytest.mark.browser

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)


async def test_a_visit_that_is_booked_and_cancelled_online_comes_and_goes_without_a_reload(
    desk: Desk, page: Page
) -> None:
    cookies = (await desk.signed_in(Role.RECEPTION)).cookies
    # As a header: over plain HTTP a browser sends no cookie that begins with `__Host-`.
    await page.set_extra_http_headers({"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})
    async with live_server(desk.app) as url:
        await page.goto(f"{url}/desk/day?date=2026-11-24")
        await expect(page.locator(".live")).to_have_text("Live")
        await page.evaluate("window.isTheSamePage = true")

        booking = await make_booking(desk.database, NINE)
        visit = page.get_by_role("link", name="Booked Sample Patient")
        await expect(visit).to_be_visible()
        await expect(page.locator(".summary")).to_contain_text("1 visit")

        await booking.cancel(at=desk.clock.now)
        await expect(visit).to_have_count(0)
        assert await page.evaluate("window.isTheSamePage")
