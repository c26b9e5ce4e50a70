"""How long a time is kept is counted down, asked about before its end, and never said when it is over."""

from datetime import timedelta

from playwright.async_api import Page, expect

from tests.support.clinics import NOW
from tests.support.graphql_client import practitioner_id
from tests.support.site import Site
from tests.widget.visitor import Visitor

TUESDAY_AT_7 = "2026-11-24T07:00:00-05:00"
WITH_A = {"practitionerId": practitioner_id("a")}
WRONG = timedelta(hours=-7)
"""The visitor's clock: a hold that ends in five minutes ends hours before, by it."""


async def comes_to_details(site: Site, page: Page) -> Visitor:
    """A visitor in Tokyo with a wrong clock, whose time the test moves on."""
    visitor = await Visitor.at(page)
    await page.clock.install(time=NOW + WRONG)
    await visitor.comes_to_details(site.url)
    return visitor


async def passes(site: Site, visitor: Visitor, minutes: float) -> None:
    """On both sides."""
    site.clock.now += timedelta(minutes=minutes)
    await visitor.page.clock.run_for(int(minutes * 60_000))


async def test_the_minutes_are_counted_down_from_the_servers_answer(site: Site, page: Page) -> None:
    visitor = await comes_to_details(site, page)
    await expect(visitor.dialog.get_by_text("Kept for 5 min")).to_be_visible()
    await passes(site, visitor, 2.1)
    await expect(visitor.dialog.get_by_text("Kept for 3 min")).to_be_visible()
    # Neither the clinic's clock nor any other: in Tokyo it is the middle of the night.
    assert "7:05" not in await visitor.dialog.inner_text()


async def test_a_time_can_be_kept_longer_before_it_ends(site: Site, page: Page) -> None:
    visitor = await comes_to_details(site, page)
    await passes(site, visitor, 4.2)
    said = visitor.dialog.get_by_role("status")
    await expect(said.filter(has_text="Still there?")).to_be_visible()
    await visitor.button("Keep it longer").click()

    await expect(visitor.dialog.get_by_text("Kept for 5 min")).to_be_visible()
    await expect(said.filter(has_text="Kept for you again.")).to_be_visible()
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")
    await passes(site, visitor, 3)
    assert await site.is_taken("2026-11-24", "07:00")


async def test_a_time_that_is_open_to_others_again_is_called_so(site: Site, page: Page) -> None:
    visitor = await comes_to_details(site, page)
    await passes(site, visitor, 5.2)
    await expect(visitor.dialog.get_by_text("This time is open to others again.").first).to_be_visible()
    await expect(visitor.dialog.get_by_text("Kept for")).to_have_count(0)
    assert await site.is_open("2026-11-24", "07:00")

    await visitor.button("Keep it again").click()
    await expect(visitor.dialog.get_by_text("Kept for 5 min")).to_be_visible()
    assert await site.is_taken("2026-11-24", "07:00")
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_a_taken_time_is_named_and_struck_through(site: Site, page: Page) -> None:
    visitor = await comes_to_details(site, page)
    await passes(site, visitor, 5.2)
    await site.api.hold_and_book(TUESDAY_AT_7, **WITH_A)
    await visitor.button("Keep it again").click()

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("Somebody else has just taken this time.")
    await expect(alert.locator("s")).to_have_text("Tue, Nov 24, 7:00 a.m.")
    await expect(alert).to_contain_text("Everything else stays as you entered it.")
    await expect(alert.get_by_role("button")).to_have_count(3)


async def test_nothing_is_still_here_before_anything_was_chosen(site: Site, visitor: Visitor) -> None:
    await visitor.page.route("**/graphql", lambda route: route.abort())
    await visitor.opens(site.url)
    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("Please try again, or call us.")
    await expect(alert).not_to_contain_text("still here")


async def test_the_number_of_steps_never_changes(site: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{site.url}/book")
    await expect(visitor.heading("What can we do for you?")).to_be_visible()
    await expect(visitor.page.get_by_text("Step 1")).to_have_count(0)
    await visitor.page.get_by_role("button", name="Physiotherapy assessment").click()
    await expect(visitor.page.get_by_text("Step 2 of 3")).to_be_visible()
    await visitor.page.locator("[part~=time]").first.click()
    await expect(visitor.page.get_by_text("Step 3 of 3")).to_be_visible()
