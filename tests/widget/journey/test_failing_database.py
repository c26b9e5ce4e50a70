"""A database that fails at each step: the phone number is shown, nothing typed is lost, and it goes on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.databases import SQLITE_FAILURES, out_of_order
from tests.support.site import Site, page_of_another_origin, running_site
from tests.widget.visitor import Visitor

NUMBER = "Call us: 416.545.1881"
PAGE = """<!doctype html><html lang="en"><title>A page</title>
<script type="module" src="{url}/widget/book-online.js"></script>
<book-online><a href="{url}/book">Book Online</a></book-online>"""


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(f"{sqlite_url}?timeout=0.1") as running:
        yield running


def file_of(site: Site) -> Path:
    return Path(site.database.engine.url.database or "")


@pytest.fixture(params=SQLITE_FAILURES)
def goes_on(
    request: pytest.FixtureRequest, site: Site, visitor: Visitor
) -> Callable[[str, str], Awaitable[None]]:
    """A press that fails, says so with the number, keeps all, and is done when it is tried again."""

    async def press(button: str, heading: str) -> None:
        with SQLITE_FAILURES[request.param](file_of(site)):
            await visitor.page.get_by_role("button", name=button).first.click()
            alert = visitor.page.get_by_role("alert")
            await expect(alert).to_contain_text("We can’t reach our booking system right now.")
            await expect(visitor.page.get_by_role("link", name=NUMBER).first).to_be_visible()
            values = [await field.input_value() for field in await visitor.page.get_by_role("textbox").all()]
            assert [value for value in values if value] in (
                [],
                ["Sample Patient", "patient@example.com", "416 555 0123"],
            )
        await alert.get_by_role("button", name="Try again").click()
        await visitor.arrives_at(heading)

    return press


async def test_a_page_without_a_number_shows_the_clinics(site: Site, visitor: Visitor) -> None:
    async with page_of_another_origin(PAGE.format(url=site.url)) as url:
        await visitor.page.goto(url)
        with out_of_order(file_of(site)):
            await visitor.page.get_by_role("link", name="Book Online").click()
            alert = visitor.page.get_by_role("alert")
            await expect(alert).to_contain_text("We can’t reach our booking system right now.")
            await expect(visitor.dialog.get_by_role("link", name=NUMBER)).to_be_visible()
        await alert.get_by_role("button", name="Try again").click()
        await visitor.arrives_at("What can we do for you?")
        await expect(visitor.dialog.get_by_role("link", name=NUMBER)).to_have_count(1)


async def test_times_that_cannot_be_read_are_read_again(site: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{site.url}/book")
    service = visitor.page.get_by_role("button", name="Dry needling, first visit")
    await expect(service).to_be_visible()
    with out_of_order(file_of(site)):
        await service.click()
        alert = visitor.page.get_by_role("alert")
        await expect(alert).to_contain_text("We can’t reach our booking system right now.")
        await expect(visitor.page.get_by_role("link", name=NUMBER).first).to_be_visible()
    await alert.get_by_role("button", name="Try again").click()
    await expect(visitor.page.get_by_role("button", name="7:00 a.m.").first).to_be_visible()


async def test_each_step_of_a_booking_and_of_a_change_goes_on(
    site: Site,
    visitor: Visitor,
    goes_on: Callable[[str, str], Awaitable[None]],
    request: pytest.FixtureRequest,
) -> None:
    page = visitor.page
    await visitor.opens(site.url)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.button("Tuesday, November 24").click()
    await goes_on("7:00 a.m.", "Does any of these apply to you?")
    if "locked" in request.node.name:
        await visitor.button("None of these").click()  # It only reads.
    else:
        await goes_on("None of these", "Who is coming?")
    await visitor.fills_in()
    await goes_on("Book this visit", "Your visit is booked")
    assert await site.count_appointments() == 1
    address = await page.get_by_role("link", name="Move or cancel").get_attribute("href")
    assert address

    await page.goto(address)
    await visitor.button("Move the visit of Tuesday, November 24, 7:00 a.m.").click()
    await visitor.chooses("Thursday, November 26", "9:00 a.m.")
    await goes_on("Move my visit", "Your visit")
    await expect(page.get_by_role("alert")).to_contain_text("Your visit is moved to Thursday, November 26")
    await visitor.button("Cancel the visit of Thursday, November 26, 9:00 a.m.").click()
    await goes_on("Yes, cancel it", "Your visit")
    await expect(page.get_by_text("Cancelled").first).to_be_visible()


async def test_a_visit_that_cannot_be_read_is_read_again(site: Site, visitor: Visitor) -> None:
    booked = await site.api.hold_and_book("2026-11-24T07:00:00-05:00")
    page = visitor.page
    await page.goto(f"{site.url}/manage#unknown")
    await expect(visitor.heading("This link does not work")).to_be_visible()
    with out_of_order(file_of(site)):
        await page.evaluate("token => { location.hash = token }", booked["manageToken"])
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("We can’t reach our booking system right now.")
        await expect(page.get_by_role("link", name=NUMBER).first).to_be_visible()
    await alert.get_by_role("button", name="Try again").click()
    await expect(visitor.page.get_by_text("Tuesday, November 24, 7:00 a.m.").first).to_be_visible()
    await expect(visitor.page.get_by_text("9:00 p.m. your time").first).to_be_visible()
