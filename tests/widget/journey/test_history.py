"""The browser's Back and Forward, a reload, and a change of language lose no step of a booking."""

import asyncio
from datetime import datetime

import pytest
from playwright.async_api import Page, expect

from booking.appointments.hold import release_hold
from booking.storage.session import BookingSession
from tests.support.browsers import wait_until_true
from tests.support.graphql_client import practitioner_id
from tests.support.site import Site, page_of_another_origin
from tests.widget.visitor import Visitor

PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<script type="module" src="{url}/widget/book-online.js"></script>
<book-online service="dry-needling" {attributes}>
<a href="{url}/book/dry-needling">Book Online</a></book-online>"""
TUESDAY = "Tuesday, November 24"
TITLES = ["Choose a time", "Does any of these apply to you?", "Who is coming?"]


async def comes_to_details(visitor: Visitor, address: str) -> None:
    """On the hosted page."""
    await visitor.page.goto(address)
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses(TUESDAY, "7:00 a.m.")
    await visitor.answers_no()
    await visitor.fills_in()


async def goes(page: Page, *, by: int) -> None:
    """As the browser's buttons do; Playwright's own would wait for a page to load."""
    await page.evaluate(f"void history.go({by})")


@pytest.mark.parametrize("by_button", [True, False])
async def test_back_leads_to_the_step_before(site: Site, visitor: Visitor, by_button: bool) -> None:
    await visitor.comes_to_details(site.url)
    for title in reversed(TITLES[:-1]):
        if by_button:
            await visitor.button("Back").click()
        else:
            await goes(visitor.page, by=-1)
        await visitor.arrives_at(title)
    await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))

    await visitor.chooses(TUESDAY, "7:15 a.m.")
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_back_from_the_first_step_closes_the_dialog_and_stays(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    address = visitor.page.url
    for title in reversed(TITLES[:-1]):
        await goes(visitor.page, by=-1)
        await visitor.arrives_at(title)
    await goes(visitor.page, by=-1)
    await expect(visitor.dialog).to_have_count(0)
    assert visitor.page.url == address


async def test_a_closed_dialog_leaves_back_to_the_page(site: Site, visitor: Visitor) -> None:
    async with page_of_another_origin(PAGE.format(url=site.url, attributes="")) as home:
        await visitor.page.goto(f"{site.url}/widget/static/mark.svg")
        await visitor.comes_to_details(home)
        await visitor.page.keyboard.press("Escape")
        await wait_until_true(visitor.page, "pageEvents.some(([name]) => name === 'close')")
        assert await visitor.page.evaluate("history.state?.bookOnline ?? null") is None
        await visitor.page.go_back()
        assert visitor.page.url.endswith("/mark.svg")


async def test_a_page_may_keep_its_history_to_itself(site: Site, visitor: Visitor) -> None:
    async with page_of_another_origin(PAGE.format(url=site.url, attributes="no-history")) as home:
        await visitor.page.goto(f"{site.url}/widget/static/mark.svg")
        await visitor.page.goto(home)
        before = await visitor.page.evaluate("history.length")
        await visitor.comes_to_details(home)
        assert await visitor.page.evaluate("history.length") == before
        await visitor.button("Back").click()
        await visitor.arrives_at(TITLES[1])


async def test_forward_leads_no_further_than_what_was_chosen(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    await goes(visitor.page, by=-1)
    await visitor.arrives_at(TITLES[1])
    await goes(visitor.page, by=1)
    await visitor.arrives_at(TITLES[2])
    await expect(visitor.field("Email")).to_have_value("patient@example.com")

    await goes(visitor.page, by=-2)
    await visitor.arrives_at(TITLES[0])
    await goes(visitor.page, by=1)
    await wait_until_true(visitor.page, "history.state.bookOnline.step === 'time'")
    await expect(visitor.heading(TITLES[0])).to_be_visible()


async def test_back_after_the_booking_shows_no_form_again(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    await goes(visitor.page, by=-1)
    await expect(visitor.dialog).to_have_count(0)
    assert await site.count_appointments() == 1


async def test_the_hosted_address_names_the_time_and_nothing_of_the_visitor(
    site: Site, visitor: Visitor
) -> None:
    await comes_to_details(visitor, f"{site.url}/book/dry-needling?lang=en")
    assert visitor.page.url == f"{site.url}/book/dry-needling?lang=en&at=2026-11-24T12:00Z&step=details"
    await goes(visitor.page, by=-2)
    await visitor.arrives_at(TITLES[0])
    await expect(visitor.page).to_have_url(f"{site.url}/book/dry-needling?lang=en&at=2026-11-24")
    await visitor.button("Back").click()
    await visitor.arrives_at("What can we do for you?")
    assert visitor.page.url == f"{site.url}/book?lang=en"


async def test_a_reload_stands_at_the_same_step_and_holds_the_time_again(
    site: Site, visitor: Visitor
) -> None:
    await visitor.page.goto(f"{site.url}/book")
    await visitor.page.get_by_role("button", name="Physiotherapy assessment").click()
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses(TUESDAY, "7:00 a.m.")
    await expect(visitor.heading(TITLES[2])).to_be_visible()

    await visitor.page.reload()
    await expect(visitor.heading(TITLES[2])).to_be_visible()
    await expect(visitor.page.get_by_role("region").get_by_text("Sample Practitioner A")).to_be_visible()
    await visitor.fills_in()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_a_reload_holds_the_time_again_before_the_former_page_releases_it(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def release_late(session: BookingSession, token: str, *, now: datetime) -> bool:
        await asyncio.sleep(0.5)
        return await release_hold(session, token, now=now)

    await visitor.page.goto(f"{site.url}/book/dry-needling")
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses(TUESDAY, "7:00 a.m.")
    await visitor.arrives_at(TITLES[1])

    monkeypatch.setattr("graphql_api.operations.holds.release_hold", release_late)
    await visitor.page.reload()
    await expect(visitor.heading(TITLES[1])).to_be_visible()
    assert await site.is_taken("2026-11-24", "07:00")


async def test_a_reload_asks_the_health_questions_again(site: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{site.url}/book/dry-needling")
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses(TUESDAY, "7:00 a.m.")
    await visitor.answers_no()
    await visitor.arrives_at(TITLES[2])

    await visitor.page.reload()
    await expect(visitor.heading(TITLES[1])).to_be_visible()
    assert await site.is_taken("2026-11-24", "07:00")
    await goes(visitor.page, by=-2)
    await visitor.arrives_at(TITLES[0])
    await expect(visitor.heading(TUESDAY)).to_be_visible()


async def test_a_time_that_is_gone_by_the_reload_is_named(site: Site, visitor: Visitor) -> None:
    await site.api.hold_and_book("2026-11-24T07:00:00-05:00", practitionerId=practitioner_id("a"))
    await visitor.page.goto(f"{site.url}/book/dry-needling?at=2026-11-24T12:00Z&step=screening")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("Somebody else has just taken this time.")
    await expect(visitor.heading(TITLES[0])).to_be_visible()


async def test_another_language_keeps_the_step_and_what_was_typed(site: Site, visitor: Visitor) -> None:
    await comes_to_details(visitor, f"{site.url}/book/dry-needling?lang=en")
    await visitor.page.get_by_role("link", name="Français").click()

    await expect(visitor.field("Votre nom")).to_have_value("Sample Patient")
    await expect(visitor.page.locator("html")).to_have_attribute("lang", "fr")
    await expect(visitor.page.get_by_role("link", name="English")).to_be_focused()
    assert visitor.page.url == f"{site.url}/book/dry-needling?lang=fr&at=2026-11-24T12:00Z&step=details"
    assert await site.is_taken("2026-11-24", "07:00")

    await visitor.page.get_by_role("link", name="English").click()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
