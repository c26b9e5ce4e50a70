"""A link to one open time, as a directory has it: the hosted page begins right there."""

import httpx
import pytest
from playwright.async_api import expect

from tests.feeds.bulk_client import resources_of, schedule_of
from tests.support.site import Site
from tests.widget.visitor import Visitor

PUBLISHED = "http://127.0.0.1:8000"


async def test_the_link_of_a_listed_slot_shows_it_with_its_practitioner(visitor: Visitor, site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.url) as http:
        schedule = schedule_of(
            await resources_of(http, "Schedule"), "Dry needling, first visit", "sample-practitioner-b"
        )
        slot = next(
            slot
            for slot in await resources_of(http, "Slot")
            if slot["schedule"]["reference"].endswith(schedule["id"])
            and slot["start"].startswith("2026-12-09T13:00")
        )
    link = slot["extension"][0]["valueUrl"].replace(PUBLISHED, site.url)

    await visitor.page.goto(f"{link}&source=sample-directory&booking-referral=1")

    await expect(visitor.heading("Wednesday, December 9")).to_be_visible()
    await expect(
        visitor.page.get_by_text("Dry needling, first visit · Sample Practitioner B")
    ).to_be_visible()
    await expect(visitor.page.locator("button.time[aria-current=true]")).to_contain_text("1:00 p.m.")


@pytest.mark.parametrize(
    "wish", ["at=never", "at=", "practitioner=nobody&location=nowhere&at=1999-01-01T00:00Z", 'at=">x']
)
async def test_an_invalid_or_past_link_shows_the_first_open_times(
    visitor: Visitor, site: Site, wish: str
) -> None:
    await visitor.page.goto(f"{site.url}/book/dry-needling?{wish}")

    await expect(visitor.heading("Monday, November 23")).to_be_visible()
    await expect(visitor.page.locator("button.time").first).to_be_visible()


@pytest.mark.parametrize(
    "at",
    [
        "2026-12-09T23:00+05:00",  # the space that a plus sign becomes
        "2026-12-09T23:00%2B05:00",
        "2026-12-09T13:00",
        "2026-12-09t13:00:00",
        "2026-12-09t18:00z",
        "2026-12-09T18:00:00.000Z",
        "2026-12-09T13:00-0500",
    ],
)
async def test_a_time_is_understood_as_programs_and_people_write_it(
    visitor: Visitor, site: Site, at: str
) -> None:
    address = f"{site.url}/book/dry-needling?practitioner=sample-practitioner-b&at={at}"
    await visitor.page.goto(address)

    await expect(visitor.heading("Wednesday, December 9")).to_be_visible()
    await expect(visitor.page.locator("button.time[aria-current=true]")).to_contain_text("1:00 p.m.")


async def test_a_date_is_a_day_of_the_clinic(visitor: Visitor, site: Site) -> None:
    await visitor.page.goto(f"{site.url}/book/dry-needling?at=2026-12-09")

    await expect(visitor.heading("Wednesday, December 9")).to_be_visible()


async def test_an_unusable_time_is_told_in_the_console(visitor: Visitor, site: Site) -> None:
    told: list[str] = []
    visitor.page.on("console", lambda message: told.append(message.text))
    await visitor.page.goto(f"{site.url}/book/dry-needling?at=tomorrow")

    await expect(visitor.heading("Monday, November 23")).to_be_visible()
    assert any('"tomorrow" is no time' in text for text in told), told
