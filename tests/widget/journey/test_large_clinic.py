"""A clinic of more practitioners than one page of a list has."""

import pytest
from playwright.async_api import expect

from tests.support.site import running_site
from tests.widget.visitor import Visitor

PRACTITIONERS = 35
CLINIC = """
[clinic]
name = "Sample Clinic"
phone = "416.545.1881"
country = "CA"
time_zone = "America/Toronto"
languages = ["en"]
[policy]
slot_step = "30 min"
minimum_notice = "2 h"
horizon = "30 days"
hold = "5 min"
cancellation_notice = "24 h"
[[locations]]
slug = "here"
name = "Here"
address = ["1 Main Street", "Toronto ON  M5X 1A1", "Canada"]
hours = { mon-fri = ["07:00-19:00"] }
[[services]]
slug = "visit"
name = "Visit"
duration = "30 min"
[[services]]
slug = "talk"
name = "Talk"
duration = "30 min"
"""
PRACTITIONER = """
[[practitioners]]
slug = "p-{number:02}"
name = "Sample Practitioner {number:02}"
services = [{services}]
[[practitioners.hours]]
location = "here"
week = {{ mon-fri = ["{opens:02}:00-{closes:02}:00"] }}
"""


def clinic() -> str:
    """The last practitioner alone works in the evening; the others don't."""
    practitioners = []
    for number in range(1, PRACTITIONERS + 1):
        is_last = number == PRACTITIONERS
        services = '"visit"' if is_last else '"visit", "talk"'
        opens, closes = (17, 19) if is_last else (9, 12)
        practitioners.append(
            PRACTITIONER.format(number=number, services=services, opens=opens, closes=closes)
        )
    return CLINIC + "".join(practitioners)


async def test_the_last_of_many_practitioners_can_be_chosen(sqlite_url: str, visitor: Visitor) -> None:
    async with running_site(sqlite_url, clinic()) as site:
        await visitor.page.goto(f"{site.url}/book/visit")
        people = visitor.page.get_by_role("radiogroup", name="Practitioner")
        await expect(people.get_by_role("radio")).to_have_count(1 + PRACTITIONERS)
        await visitor.selects_practitioner(f"Sample Practitioner {PRACTITIONERS}")
        await expect(visitor.time("5:00 p.m.")).to_be_visible()
        await expect(visitor.time("9:00 a.m.")).to_have_count(0)


@pytest.mark.parametrize("path", ["/book/visit", "/book"])
async def test_a_button_that_names_the_last_practitioner_leads_to_their_times(
    sqlite_url: str, visitor: Visitor, path: str
) -> None:
    async with running_site(sqlite_url, clinic()) as site:
        await visitor.page.goto(f"{site.url}{path}?practitioner=p-{PRACTITIONERS}")
        if path == "/book":
            await expect(visitor.button("Talk 30 min")).to_have_count(0)
            await visitor.page.get_by_role("button", name="Visit").click()
        await expect(visitor.time("5:00 p.m.")).to_be_visible()
        await expect(visitor.time("9:00 a.m.")).to_have_count(0)
        await expect(visitor.page.get_by_text(f"Visit · Sample Practitioner {PRACTITIONERS}")).to_be_visible()


async def test_a_name_that_nobody_has_leaves_the_choice_to_the_visitor(
    sqlite_url: str, visitor: Visitor
) -> None:
    async with running_site(sqlite_url, clinic()) as site:
        await visitor.page.goto(f"{site.url}/book/visit?practitioner=nobody")
        await expect(visitor.page.get_by_role("radiogroup", name="Practitioner")).to_be_visible()
        await expect(visitor.time("9:00 a.m.")).to_be_visible()
