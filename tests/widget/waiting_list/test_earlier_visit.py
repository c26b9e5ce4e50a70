"""Waiting for an earlier time on the page behind the link to move or cancel: `/manage#token`."""

from datetime import timedelta

import pytest
from playwright.async_api import Route, expect

from tests.support.clinics import SAMPLE, open_clinic
from tests.support.graphql_client import practitioner_id
from tests.support.site import Site
from tests.widget.visitor import Visitor
from tests.widget.waiting_list.test_joining import JOIN, JOINED, WISHES, box, entries

VISIT = "Tuesday, November 24, 7:00 a.m."
STANDS = "Your visit stays as it is until you take an earlier one."


@pytest.fixture
async def token(site: Site) -> str:
    """Of a visit on Tuesday at 7:00 with practitioner A."""
    booked = await site.api.hold_and_book("2026-11-24T07:00:00-05:00", practitionerId=practitioner_id("a"))
    secret: str = booked["manageToken"]
    # Long enough before the visit to change it: the notice is a day.
    site.clock.now -= timedelta(hours=2)
    return secret


async def test_a_visit_stands_while_an_earlier_one_is_waited_for(
    site: Site, visitor: Visitor, token: str
) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await expect(visitor.button(WISHES)).to_be_visible()
    assert [url for url in visitor.requests if "waiting-list" in url] == []
    await visitor.button(WISHES).click()
    await visitor.arrives_at(WISHES)
    await expect(visitor.page.get_by_text(VISIT)).to_be_visible()
    await expect(visitor.page.get_by_text(STANDS)).to_be_visible()
    await box(visitor.page, "Monday").check()
    await visitor.selects_practitioner("Sample Practitioner B")
    await visitor.button(JOIN).dblclick()

    await visitor.arrives_at(JOINED)
    await expect(visitor.page.locator("[part=summary]")).to_contain_text("Sample Practitioner B")
    [entry] = await entries(site)
    assert (entry.available_times, entry.practitioners) == ([[0, 0, 1440]], ["sample-practitioner-b"])
    assert (entry.last_day.isoformat(), entry.replaces is not None) == ("2026-11-24", True)
    assert await site.is_taken("2026-11-24", "07:00")
    entry_page = visitor.page.get_by_role("link", name="See the waiting list")
    assert (await entry_page.get_attribute("href") or "").startswith(f"{site.url}/waiting/")

    await visitor.button("Back to your visit").click()
    await visitor.arrives_at("Your visit")
    await expect(visitor.page.get_by_text(JOINED)).to_be_visible()
    await expect(visitor.button(WISHES)).to_have_count(0)
    await visitor.button("Leave the waiting list").click()
    await visitor.arrives_at("Leave the waiting list?")
    assert [entry.status.value for entry in await entries(site)] == ["waitlist"]
    await visitor.button("Yes, leave it").click()
    await expect(visitor.page.get_by_role("alert")).to_contain_text("You are no longer on the waiting list")
    await expect(visitor.button(WISHES)).to_be_visible()
    assert [entry.status.value for entry in await entries(site)] == ["cancelled"]
    assert await site.is_taken("2026-11-24", "07:00")


async def test_each_reason_why_not_is_said(site: Site, visitor: Visitor, token: str) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await visitor.button(WISHES).click()
    await visitor.arrives_at(WISHES)
    await box(visitor.page, "Monday").check()
    alert = visitor.page.get_by_role("alert")

    async def fails(route: Route) -> None:
        await route.abort()

    await visitor.page.route("**/graphql", fails)
    await visitor.button(JOIN).click()
    await expect(alert).to_contain_text("We can’t reach our booking system right now.")
    await visitor.page.unroute("**/graphql", fails)
    # Meanwhile it is too late to move the visit.
    site.clock.now += timedelta(hours=12)
    await visitor.button("Try again").click()
    await expect(alert).to_contain_text("It is too late to change this visit online. Please call us.")
    # Or the clinic has closed its list.
    site.clock.now -= timedelta(hours=12)
    await open_clinic(site.database, SAMPLE)
    await visitor.button(JOIN).click()
    await expect(alert).to_contain_text("This can’t be done online right now.")
    await expect(box(visitor.page, "Monday")).to_be_checked()
    assert await entries(site) == []
    await visitor.page.reload()
    await expect(visitor.heading("Your visit")).to_be_visible()
    await expect(visitor.button(WISHES)).to_have_count(0)


async def test_a_visit_that_can_not_be_moved_waits_for_none(site: Site, visitor: Visitor, token: str) -> None:
    site.clock.now += timedelta(hours=12)
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await expect(visitor.page.get_by_text("It is too late to change this visit online.")).to_be_visible()
    await expect(visitor.button(WISHES)).to_have_count(0)
    await visitor.page.goto(f"{site.url}/manage#{'0' * 64}")
    await expect(visitor.heading("This link does not work")).to_be_visible()
    await expect(visitor.button(WISHES)).to_have_count(0)
