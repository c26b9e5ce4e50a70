"""A dialog that is closed and opened again has the choices and details, and holds the times again."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.support.graphql_client import practitioner_id
from tests.support.site import Site
from tests.widget.visitor import Visitor

TUESDAY_AT_7 = "2026-11-24T07:00:00-05:00"
WITH_A = {"practitionerId": practitioner_id("a")}


async def closed_with_all_filled_in(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    await visitor.page.keyboard.press("Escape")
    await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))


async def opened_again(visitor: Visitor) -> None:
    await visitor.page.get_by_role("link", name="Book Online").first.click()


async def slow_network(visitor: Visitor) -> asyncio.Event:
    """Requests wait until it is set."""
    answers = asyncio.Event()

    async def wait(route: Route) -> None:
        await answers.wait()
        await route.continue_()

    await visitor.page.route("**/graphql", wait)
    return answers


async def test_typed_details_are_still_there_after_closing(site: Site, visitor: Visitor) -> None:
    await closed_with_all_filled_in(site, visitor)

    await opened_again(visitor)
    await visitor.arrives_at("Who is coming?")
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")
    await visitor.wait_until(lambda: site.is_taken("2026-11-24", "07:00"))
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


@pytest.mark.parametrize("is_still_open", [True, False])
async def test_a_press_while_the_hold_is_renewed_counts(
    site: Site, visitor: Visitor, is_still_open: bool
) -> None:
    await closed_with_all_filled_in(site, visitor)
    if not is_still_open:
        await site.api.hold_and_book(TUESDAY_AT_7, **WITH_A)
    answers = await slow_network(visitor)
    await opened_again(visitor)
    await visitor.button("Book this visit").click()
    await expect(visitor.button("Book this visit")).to_have_attribute("aria-busy", "true")
    answers.set()

    if is_still_open:
        await visitor.is_booked()
    else:
        await expect(visitor.page.get_by_role("alert")).to_contain_text(
            "Somebody else has just taken this time."
        )
    assert await site.count_appointments() == 1


async def test_closing_after_a_press_books_nothing(site: Site, visitor: Visitor) -> None:
    await closed_with_all_filled_in(site, visitor)
    answers = await slow_network(visitor)
    await opened_again(visitor)
    await visitor.button("Book this visit").click()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.dialog).to_have_count(0)
    answers.set()

    await opened_again(visitor)
    await visitor.arrives_at("Who is coming?")
    assert await site.count_appointments() == 0
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
