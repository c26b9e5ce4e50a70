"""From the link in a reminder to the mark at the desk, in a browser."""

import re

import pytest
from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.booking.notifications.bookings import make_booking, text_of
from tests.booking.reminders.reminded_clinic import DAY, FOUR, NINE, SITE, RemindedClinic
from tests.desk.audited_pages import findings
from tests.desk.desk_server import Desk
from tests.support.clinics import SAMPLE, open_clinic
from tests.support.live_server import live_server
from tests.widget.accessibility.test_axe import AXE, FINDINGS

pytestmark = pytest.mark.browser

VISIT = NINE + 7 * DAY


async def test_the_desk_sees_whom_the_link_in_a_mail_has_confirmed(desk: Desk, page: Page) -> None:
    await open_clinic(desk.database, f"{SAMPLE}\n[reminders]\n")
    reminded = RemindedClinic(desk.database, desk.clock.now)
    await reminded.relay.register()
    booking = await make_booking(desk.database, VISIT, now=desk.clock.now)
    desk.clock.now = reminded.now = FOUR + 7 * DAY
    [mail] = await reminded.reminders()
    link = re.search(rf"{re.escape(SITE)}(/visits/\S+)", text_of(mail))
    assert link is not None
    staff = await desk.signed_in(Role.RECEPTION)
    found: list[str] = []
    async with live_server(desk.app) as url:
        await page.goto(f"{url}{link[1]}")
        await page.get_by_role("button", name="Yes, I’ll be there").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("your visit is confirmed")

        cookies = "; ".join(f"{name}={value}" for name, value in staff.cookies.items())
        await page.set_extra_http_headers({"Cookie": cookies})
        await page.add_init_script(path=AXE)
        visit, day = booking.appointments[0], f"{VISIT:%Y-%m-%d}"
        for language, word in (("en", "confirmed"), ("fr", "confirm")):
            for path in (
                f"day?date={day}",
                f"week?date={day}",
                f"day/print?date={day}",
                f"visits/{visit.id}?",
            ):
                await page.goto(f"{url}/desk/{path}&lang={language}")
                await expect(page.locator("main").get_by_text(word).first).to_be_attached()
                found += await findings(page, path)
                await page.emulate_media(forced_colors="active")
                found += [f"{path}, forced: {one}" for one in await page.evaluate(FINDINGS)]
                await page.emulate_media(forced_colors="none")
    assert found == []
