"""All visits of a course are moved together by a link in a mail, without a script."""

import re
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest
from playwright.async_api import Page

from tests.support.graphql_client import practitioner_id
from tests.support.site import Site, running_site
from tests.web.noscript.test_accessibility import findings

A = practitioner_id("a")
TIMES = [f"2026-{day}T09:00:00-05:00" for day in ("11-24", "12-01", "12-08")]
A_WEEK_ON = ["2026-12-01T14:00Z", "2026-12-08T14:00Z", "2026-12-15T14:00Z"]


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(sqlite_url) as running:
        yield running


@pytest.fixture
async def token(site: Site) -> str:
    held = await site.api.hold_course(TIMES, practitionerId=A)
    return str((await site.api.book_course(held["holdTokens"]))["manageToken"])


def form_of(page: httpx.Response) -> dict[str, list[str]]:
    """What the page's form sends as it stands."""
    seen = re.findall(r'name="seen" value="([^"]+)"', page.text)
    at = re.findall(r'<option value="([^"]+)" selected>', page.text)
    return {"seen": [unescape(each) for each in seen], "at": at, "from": ["2026-12-01"]}


async def starts(site: Site, token: str) -> list[str]:
    seen = await site.api.appointment(token)
    assert seen is not None
    return [visit["startsAt"] for visit in seen["course"]["appointments"]]


async def test_a_course_is_moved_a_week_on(site: Site, token: str, patient: httpx.AsyncClient) -> None:
    address = f"/visits/{token}/course"
    assert address in (await patient.get(f"/visits/{token}")).text
    page = await patient.get(address)
    form = form_of(page)
    assert [each.partition("@")[0] for each in form["at"]] == A_WEEK_ON

    done = await patient.post(address, data=form, follow_redirects=True)

    assert "Your visits are moved" in done.text
    assert await starts(site, token) == [*TIMES[1:], "2026-12-15T09:00:00-05:00"]
    # Sent again: the visits are not where they were seen.
    again = await patient.post(address, data=form, follow_redirects=True)
    assert "Move your visits together" in again.text
    assert await starts(site, token) == [*TIMES[1:], "2026-12-15T09:00:00-05:00"]


async def test_a_time_that_was_taken_meanwhile_moves_nothing_and_shows_others(
    site: Site, token: str, patient: httpx.AsyncClient
) -> None:
    form = form_of(await patient.get(f"/visits/{token}/course"))
    await site.api.hold_and_book("2026-12-15T09:00:00-05:00", practitionerId=A)

    refused = await patient.post(f"/visits/{token}/course", data=form)

    assert refused.status_code == httpx.codes.CONFLICT
    assert "Somebody else has just taken this time." in refused.text
    assert form_of(refused)["at"][:2] == form["at"][:2]
    assert form_of(refused)["at"][2] != form["at"][2]
    assert await starts(site, token) == TIMES


@pytest.mark.parametrize("day", ["2026-12-03", "9999-12-31", "0001-01-01", "soon", "2027-10-01"])
async def test_any_day_leads_to_a_page(site: Site, token: str, patient: httpx.AsyncClient, day: str) -> None:
    page = await patient.get(f"/visits/{token}/course", params={"from": day, "lang": "fr"})
    assert page.status_code == httpx.codes.OK
    assert ("Déplacer 3 rendez-vous" in page.text) is (day != "2027-10-01")


@pytest.mark.parametrize(
    "form",
    [
        {"from": ["x"]},
        {"seen": ["x"], "at": ["y"]},
        {"seen": ["x"], "at": [f"{A_WEEK_ON[0]}@main-street"]},
        {"at": A_WEEK_ON},
    ],
)
async def test_a_form_that_names_no_visits_moves_none(
    site: Site, token: str, patient: httpx.AsyncClient, form: dict[str, list[str]]
) -> None:
    shown = await patient.post(f"/visits/{token}/course", data=form, follow_redirects=True)
    assert "Move your visits together" in shown.text
    assert await starts(site, token) == TIMES


async def test_the_page_is_accessible_at_the_width_of_a_small_phone(
    site: Site, token: str, page: Page
) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(f"{site.url}/visits/{token}/course?lang=fr")
    assert await findings(page, "course") == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_a_single_visit_has_no_such_page(site: Site, patient: httpx.AsyncClient) -> None:
    token = (await site.api.hold_and_book(TIMES[0]))["manageToken"]
    assert "/course" not in (await patient.get(f"/visits/{token}")).text
    page = await patient.get(f"/visits/{token}/course", follow_redirects=True)
    assert page.url.path == f"/visits/{token}"
