"""Calendars elsewhere in a browser: added by keyboard alone, and axe-core finds nothing on the page."""

from datetime import timedelta

from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.booking.appointments.blocked_clinic import CLINIC, NINE, TEN, starts_of, visit
from tests.booking.calendars.busy.calendar_files import calendar_file, event
from tests.booking.calendars.busy.conftest import served
from tests.booking.webhooks.receiver import response, running_receiver
from tests.desk.audited_pages import findings
from tests.desk.desk_server import desk_of_browsers
from tests.support.clinics import edit_file
from tests.widget.accessibility.test_axe import AXE

FILE = edit_file({'languages = ["en"]': 'languages = ["en", "fr"]'}, CLINIC)


async def test_a_calendar_is_added_by_keyboard_and_the_page_is_accessible_in_every_state(
    sqlite_url: str, page: Page
) -> None:
    async with (
        running_receiver() as server,
        desk_of_browsers(sqlite_url, FILE, calendars_to_private=True) as (desk, url),
    ):
        server.responses = [served(calendar_file(event(NINE, TEN)))]
        await visit(desk.database, NINE)
        await page.add_init_script(path=AXE)
        link = await desk.link(await desk.member(Role.OWNER))
        await page.goto(f"{url}/desk/sign-in/link#{link}")
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/desk/day")
        found = []
        for language in ("en", "fr"):
            await page.goto(f"{url}/desk/calendars?lang={language}")
            found += await findings(page, f"empty, {language}")

        await page.goto(f"{url}/desk/calendars?lang=en")
        await page.get_by_label("Secret address, or the server of an account").focus()
        await page.keyboard.type("ftp://calendar.example/")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("must begin with https://")
        found += await findings(page, "a mistake")
        await page.get_by_role("alert").get_by_role("link").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#url")).to_be_focused()
        await page.locator("#url").fill(server.url)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Read just now.")).to_be_visible()
        await expect(page.get_by_role("heading", name="Visits that collide")).to_be_visible()
        assert NINE not in await starts_of(desk.database)

        server.responses = [response(404)]
        desk.clock.now += timedelta(minutes=15)
        await page.get_by_role("button", name="Read now").press("Enter")
        await expect(page.get_by_text("There is no calendar at this address.")).to_be_visible()
        found += await findings(page, "a failure and a collision")
        assert found == []
        await page.get_by_role("button", name="Remove").press("Enter")
        await expect(page.get_by_text("No calendar is read yet.")).to_be_visible()
