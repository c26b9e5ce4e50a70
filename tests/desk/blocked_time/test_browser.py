"""Blocked time in a browser: by accessible names and the keyboard, and axe-core finds nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from booking.domain.role import Role
from booking.staff.accounts import add_member
from booking.staff.sign_in_links import new_link
from booking.storage.database import Database
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.appointments.blocked_clinic import CLINIC, NINE, SATURDAY, extra, starts_of, visit
from tests.desk.audited_pages import findings
from tests.desk.blocked_time.blocked_pages import LIST
from tests.desk.desk_server import OPERATOR
from tests.support.clinics import NOW, edit_file, open_clinic
from tests.support.databases import open_database
from tests.support.live_server import live_server
from tests.support.site import Clock
from tests.widget.accessibility.test_axe import AXE


@dataclass(frozen=True)
class BlockedPages:
    """The pages of blocked time, opened by a receptionist who is signed in."""

    page: Page
    url: str
    database: Database

    async def open(self, language: str) -> None:
        await self.page.goto(f"{self.url}{LIST}?lang={language}")


@pytest.fixture
async def pages(sqlite_url: str, page: Page) -> AsyncIterator[BlockedPages]:
    database = open_database(sqlite_url)
    await open_clinic(database, edit_file({'languages = ["en"]': 'languages = ["en", "fr"]'}, CLINIC))
    async with database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
        member = await add_member(
            session, "Sample Reception 1", Role.RECEPTION, None, actor=OPERATOR, now=NOW
        )
        link = await new_link(session, member, now=NOW)
    async with live_server(create_app(Settings(sqlite_url), now=Clock())) as address:
        # A browser takes a cookie that is `Secure` from `localhost` without TLS.
        url = address.replace("127.0.0.1", "localhost")
        await page.goto(f"{url}/desk/sign-in/link#{link}")
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/desk/day")
        yield BlockedPages(page, url, database)
    await database.close()


async def fill_in(page: Page) -> None:
    """By the names of the fields, which tests of another language can't use."""
    for name, value in (("day", "2026-11-24"), ("from", "09:00"), ("to", "10:00")):
        await page.locator(f"#{name}").fill(value)


async def test_an_hour_is_blocked_by_keyboard_alone(pages: BlockedPages) -> None:
    page = pages.page
    await visit(pages.database)
    await pages.open("en")
    await page.get_by_label("Practitioner").focus()
    await page.keyboard.type("Sample Practitioner one")
    await fill_in(page)
    await page.get_by_label("Label").fill("Dentist")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_have_text("One visit is in this time")
    await page.get_by_role("button", name="send each patient other times by mail").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=2)).to_have_text("One visit needs another time")
    await expect(page.get_by_text("Mailed")).to_be_visible()
    assert NINE not in await starts_of(pages.database)

    await page.get_by_role("button", name="Remove").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing is blocked")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_nothing_on_the_pages_of_blocked_time(pages: BlockedPages, language: str) -> None:
    page = pages.page
    await page.add_init_script(path=AXE)
    await visit(pages.database)
    await extra(pages.database, SATURDAY)
    await pages.open(language)
    await page.locator("#from").fill("09:00")
    await page.locator("#to").fill("08:00")
    await page.locator(".form button.primary").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    found = await findings(page, "list with a mistake")

    await fill_in(page)
    await page.locator(".form button.primary").click()
    await page.locator("button[value=call]").wait_for()
    found += await findings(page, "visits")
    await page.locator("button[value=call]").click()
    await page.locator("form[action$=offer]").wait_for()
    found += await findings(page, "block")
    assert found == []
