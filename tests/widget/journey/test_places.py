"""A clinic of two places: each screen says where, and a move stays where the visit was."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from graphql_api.types.relay import global_id
from tests.support.clinics import edit_file, open_clinic, practitioner, small_clinic, two_places
from tests.support.graphql_client import location_id
from tests.support.site import Site, running_site
from tests.widget.visitor import Visitor


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with running_site(database_url, two_places()) as running:
        yield running


async def manage_address(site: Site) -> str:
    """Of a visit on Wednesday at 9:00, at West with practitioner two."""
    held = await site.api.hold(
        "2026-11-25T09:00:00-05:00", service="visit", practitionerId=global_id("Practitioner", "two")
    )
    booked = await site.api.book(held["holdToken"], screening=[])
    return f"{site.url}/manage#{booked['manageToken']}"


async def test_a_move_stays_at_its_place_and_says_so(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(await manage_address(site))
    await visitor.button("Move the visit of Wednesday, November 25, 9:00 a.m.").click()
    await visitor.arrives_at("When would you like to come instead?")
    await expect(page.get_by_text("Now: Wednesday, November 25, 9:00 a.m., West")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Place")).to_have_value(location_id("west"))
    # On Thursday practitioner two is at the other place.
    await expect(visitor.button("Thursday, November 26")).to_have_count(0)
    await visitor.chooses("Friday, November 27", "9:00 a.m.")

    await visitor.arrives_at("Move your visit?")
    from_, to = page.locator("dl.move dd").nth(0), page.locator("dl.move dd").nth(1)
    await expect(from_).to_contain_text("West")
    await expect(to).to_contain_text("West")
    await visitor.button("Move my visit").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Your visit is moved to Friday, November 27, 9:00 a.m., West")


async def test_another_place_is_chosen_and_shown_before_the_press(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(await manage_address(site))
    await visitor.button("Move the visit of Wednesday, November 25, 9:00 a.m.").click()
    await page.get_by_role("combobox", name="Place").select_option(label="Here")
    await visitor.chooses("Thursday, November 26", "10:00 a.m.")

    await expect(page.locator("dl.move dd").nth(0)).to_contain_text("West")
    await expect(page.locator("dl.move dd").nth(1)).to_contain_text("Here")
    await visitor.button("Move my visit").click()
    await expect(page.get_by_role("alert")).to_contain_text("Thursday, November 26, 10:00 a.m., Here")


async def test_the_place_beside_a_time_is_the_one_that_is_booked(site: Site, visitor: Visitor) -> None:
    """Both places are open at the same time; the widget shows one of them and holds there."""
    await visitor.page.goto(f"{site.url}/book/visit")
    await visitor.button("Tuesday, November 24").click()
    time = visitor.page.get_by_role("button", name="9:00 a.m.").first
    shown = (await time.inner_text()).split()[-1]
    await time.click()
    await expect(visitor.heading("Who is coming?")).to_be_visible()
    await expect(visitor.page.locator("[part~=summary] > summary")).to_contain_text(shown)


DAY_BEFORE_CLOCKS_GO_BACK = datetime(2026, 10, 31, 16, tzinfo=UTC)
TWOFOLD = [f"{time}\xa0a.m.\xa0{zone}" for zone in ("PDT", "PST") for time in ("1:00", "1:30")]


def night_clinic(zone: str) -> str:
    """In Toronto, with a place in another zone where the practitioner works in the night."""
    night = edit_file({"\nweek =": '\nlocation = "west"\nweek ='}, practitioner("one", "01:00-02:30"))
    clinic = small_clinic(practitioners=night, policy={"slot_step": "30 min"})
    place = f"""
[[locations]]
slug = "west"
name = "West"
address = ["2 West Street"]
time_zone = "{zone}"
hours = {{ mon-sun = ["00:00-24:00"] }}
[[services]]"""
    return edit_file({"\n[[services]]": place}, clinic)


@pytest.mark.parametrize(
    ("zone", "times", "instant", "shown"),
    [
        pytest.param(
            "America/Bogota",
            ["1:00\xa0a.m.", "1:30\xa0a.m."],
            "2026-11-01T01:30:00-05:00",
            "1:30\xa0a.m.",
            id="whose clocks never change",
        ),
        pytest.param(
            "America/Los_Angeles",
            TWOFOLD,
            "2026-11-01T01:30:00-08:00",
            "1:30\xa0a.m.\xa0PST",
            id="whose clocks go back later",
        ),
    ],
)
async def test_the_repeated_hour_is_that_of_the_place(
    sqlite_url: str, visitor: Visitor, zone: str, times: list[str], instant: str, shown: str
) -> None:
    page, clinic = visitor.page, night_clinic(zone)
    await page.clock.set_fixed_time(DAY_BEFORE_CLOCKS_GO_BACK)
    async with running_site(sqlite_url, clinic, now=DAY_BEFORE_CLOCKS_GO_BACK) as site:
        await page.goto(f"{site.url}/book/visit")
        await expect(visitor.heading("Sunday, November 1")).to_be_visible()
        buttons = page.get_by_role("group", name="Morning").get_by_role("button")
        labels = [label.split("\n")[0] for label in await buttons.all_inner_texts()]
        assert labels == [*times, "2:00\xa0a.m."]
        if "PST" not in shown:
            await expect(page.locator(".zone")).to_contain_text("Bogota")
        # Another visitor takes the time meanwhile.
        held = await site.api.hold(instant, service="visit")
        taken = await site.api.book(held["holdToken"], screening=[])
        await buttons.nth(labels.index(shown)).click()
        other = page.get_by_role("alert").get_by_role("button").filter(has_text="Sun, Nov 1").first
        await expect(other).to_have_text(re.compile(rf"^Sun, Nov 1, ({'|'.join(times)}), West"))
        await other.click()
        await visitor.arrives_at("Who is coming?")
        when = (await page.locator(".summary .when").inner_text()).split(" 1:")[1]
        assert any(f"1:{when}".startswith(time) for time in times)

        visit = page.locator(".hour")
        await page.goto(f"{site.url}/manage#{taken['manageToken']}")
        await expect(visit).to_have_text(f"Sunday, November 1, {shown}")
        # The clinic gives the place up: the visit there stays on the place's clock.
        await open_clinic(site.database, small_clinic(), now=DAY_BEFORE_CLOCKS_GO_BACK)
        await page.reload()
        await expect(visit).to_have_text(f"Sunday, November 1, {shown}")


async def test_a_visit_by_video_says_how_to_join_and_no_address(sqlite_url: str, visitor: Visitor) -> None:
    clinic = small_clinic(service='mode = "video"\njoining = "Open https://meet.example.com/room"')
    page = visitor.page
    async with running_site(sqlite_url, clinic) as site:
        held = await site.api.hold("2026-11-25T09:00:00-05:00", service="visit")
        booked = await site.api.book(held["holdToken"], screening=[])
        await page.goto(f"{site.url}/manage#{booked['manageToken']}")

        await expect(page.locator("dl.summary")).to_contain_text("By video")
        await expect(page.get_by_text("Open https://meet.example.com/room")).to_be_visible()
        await expect(page.locator("main").get_by_text("1 Main Street")).to_have_count(0)
