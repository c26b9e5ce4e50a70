"""The grid on the server's own pages: two desks, side by side."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, Route, expect

from booking.domain.role import Role
from booking.staff.accounts import add_member
from booking.staff.sign_in_links import new_link
from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.notifications.bookings import make_booking
from tests.desk.desk_server import OPERATOR
from tests.support.browsers import fresh_page
from tests.support.clinics import SAMPLE, open_clinic
from tests.support.databases import open_database
from tests.support.live_server import live_server
from tests.support.site import Clock
from tests.widget.accessibility.test_axe import AXE, FINDINGS

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)  # on a Tuesday in Toronto
DAY = "/desk/day?date=2026-11-24"


@dataclass(frozen=True)
class RunningDesk:
    url: str
    database: Database
    clock: Clock

    async def sign_in(self, page: Page, name: str) -> None:
        """With a link, as a new member uses it."""
        async with self.database.write() as session:
            member = await add_member(session, name, Role.RECEPTION, None, actor=OPERATOR, now=self.clock.now)
            link = await new_link(session, member, now=self.clock.now)
        await page.goto(f"{self.url}/desk/sign-in/link#{link}")
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/desk/day")
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(self.url + DAY)


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[RunningDesk]:
    database, clock = open_database(sqlite_url), Clock()
    await open_clinic(database, SAMPLE)
    for visit in range(3):
        at = NINE + visit * timedelta(minutes=90)
        await make_booking(database, at, name=f"Sample Patient {visit + 1}")
    clock.now = NINE + timedelta(minutes=24)
    async with live_server(create_app(Settings(sqlite_url), now=clock)) as url:
        # A browser takes a cookie that is `Secure` from `localhost` without TLS.
        yield RunningDesk(url.replace("127.0.0.1", "localhost"), database, clock)
    await database.close()


async def test_what_one_desk_notes_the_other_shows(server: RunningDesk, page: Page, browser: Browser) -> None:
    async with fresh_page(browser) as other:
        await server.sign_in(page, "Sample Reception 1")
        await server.sign_in(other, "Sample Reception 2")
        theirs = other.locator(".visit", has_text="Sample Patient 1")
        await expect(theirs).to_have_attribute("data-status", "booked")
        await expect(other.locator(".live")).to_have_text("Live")

        await page.get_by_role("link", name="Sample Patient 1").focus()
        await page.keyboard.press("a")

        await expect(theirs).to_have_attribute("data-status", "arrived")
        await expect(page.get_by_role("status").last).to_contain_text("Arrived Sample Patient 1")


async def test_the_sheet_of_a_visit_opens_beside_the_day(server: RunningDesk, page: Page) -> None:
    await server.sign_in(page, "Sample Reception 1")
    await page.add_init_script(path=AXE)
    # Nothing shows the sheet anew while it is examined.
    await page.route(
        "**/desk/changes?*", lambda route: route.fulfill(content_type="text/event-stream", body=":\n\n")
    )
    await page.goto(server.url + DAY)
    await page.get_by_role("link", name="Sample Patient 1").click()

    sheet = page.get_by_role("region", name="Sample Patient 1")
    await expect(sheet).to_be_focused()
    await sheet.get_by_role("button", name="Arrived").click()
    await expect(sheet.get_by_role("button", name="Arrived")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator(".visit", has_text="Sample Patient 1")).to_have_attribute(
        "data-status", "arrived"
    )
    assert await page.evaluate(FINDINGS) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Sample Patient 1")).to_be_focused()


async def test_a_sheet_that_is_closed_while_it_is_shown_anew_stays_closed(
    server: RunningDesk, page: Page
) -> None:
    await server.sign_in(page, "Sample Reception 1")
    await page.get_by_role("link", name="Sample Patient 1").click()
    sheet = page.get_by_role("region", name="Sample Patient 1")
    await expect(sheet).to_be_focused()
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        if route.request.method == "GET":
            asked.set()
            await may_go_on.wait()
        await route.continue_()

    await page.route("**/desk/visits/*", slow)
    await sheet.get_by_role("button", name="Arrived").click()
    await asked.wait()
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)

    async with page.expect_response("**/desk/visits/*"):
        may_go_on.set()
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    await expect(sheet).to_have_count(0)
    await expect(page.get_by_role("link", name="Sample Patient 1")).to_be_focused()


async def test_p_hides_the_names_on_the_whole_page(server: RunningDesk, page: Page) -> None:
    await server.sign_in(page, "Sample Reception 1")
    await expect(page.get_by_text("Sample Patient 1")).to_be_visible()
    await page.keyboard.press("p")

    await expect(page.get_by_role("button", name="Hide names")).to_have_attribute("aria-pressed", "true")
    assert "Sample Patient" not in await page.content()


async def test_a_visit_is_moved_by_keys_and_back(server: RunningDesk, page: Page) -> None:
    await server.sign_in(page, "Sample Reception 1")
    visit = page.get_by_role("link", name="Sample Patient 3")
    await expect(visit).to_contain_text("12:00")
    await visit.focus()
    for key in ("m", "PageDown", "PageDown", "Enter"):
        await page.keyboard.press(key)

    await expect(visit).to_contain_text("2:00")
    await expect(page.locator(".toast")).to_contain_text("The visit is moved.")
    await page.keyboard.press("z")
    await expect(visit).to_contain_text("12:00")


async def test_a_move_onto_a_visit_snaps_back_and_says_why(server: RunningDesk, page: Page) -> None:
    await server.sign_in(page, "Sample Reception 1")
    visit = page.get_by_role("link", name="Sample Patient 3")
    await visit.focus()
    for key in ("m", "PageUp", "Enter"):
        await page.keyboard.press(key)

    await expect(page.locator(".toast.wrong")).to_be_visible()
    await expect(page.locator(".preview")).to_have_count(0)
    await expect(visit).to_contain_text("12:00")


async def test_a_sheet_that_is_open_follows_what_another_desk_notes(
    server: RunningDesk, page: Page, browser: Browser
) -> None:
    async with fresh_page(browser) as other:
        await server.sign_in(page, "Sample Reception 1")
        await server.sign_in(other, "Sample Reception 2")
        await expect(other.locator(".live")).to_have_text("Live")
        await other.get_by_role("link", name="Sample Patient 1").click()
        arrived = other.get_by_role("region", name="Sample Patient 1").get_by_role("button", name="Arrived")
        await expect(arrived).to_have_attribute("aria-pressed", "false")

        await page.get_by_role("link", name="Sample Patient 1").focus()
        await page.keyboard.press("a")

        await expect(arrived).to_have_attribute("aria-pressed", "true")
