"""The main journey in Firefox, on a strict page of another origin."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from booking.storage.models.appointments import Appointment
from booking.storage.models.waiting_list import WaitingListEntry
from tests.support.clinics import NOW
from tests.support.site import Site, page_of_another_origin
from tests.widget.embedding.firefox import ENTER, TAB, Firefox, running_firefox
from tests.widget.waiting_list.conftest import site_with_list

CSP = (
    "default-src 'none'; script-src {url}; connect-src {url}; img-src data:; "
    "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<script type="module" src="{url}/widget/book-online.js"></script>
<book-online service="dry-needling">Book Online</book-online>"""
LINK = """[...document.querySelector('book-online').shadowRoot.querySelectorAll('a')]
  .map(({ href }) => href).find((href) => href.includes('/manage'))"""


@pytest.fixture
async def firefox() -> AsyncIterator[Firefox]:
    async with running_firefox(NOW) as running:
        yield running


async def statuses(site: Site) -> list[str]:
    async with site.database.read() as session:
        return [visit.status.name for visit in await session.scalars(select(Appointment))]


async def answers_and_sends(firefox: Firefox) -> None:
    await firefox.sees("h2", "Does any of these apply to you?")
    await firefox.clicks("[part=primary]", "None of these")
    await firefox.sees("h2", "Who is coming?")
    await firefox.types(TAB)
    for text in ("Sample Patient", "patient@example.com", "416 555 0123"):
        await firefox.types(f"{TAB}{text}")
    await firefox.types(ENTER)


async def books_from(page: str, firefox: Firefox) -> str:
    """Answers the address of the manage page."""
    await firefox.goto(page)
    await firefox.clicks("[part=control]")
    await firefox.sees("h2", "When would you like to come?")
    await firefox.clicks("[part=day]", "Wednesday, November 25")
    await firefox.sees("h3", "Wednesday, November 25")
    await firefox.clicks("[part=time]", "9:00 a.m.")
    await answers_and_sends(firefox)
    await firefox.sees("h2", "Your visit is booked")
    return str(await firefox.evaluate(LINK))


async def test_a_visit_is_booked_and_cancelled(site: Site, firefox: Firefox) -> None:
    headers = {"Content-Security-Policy": CSP.format(url=site.url)}
    async with page_of_another_origin(PAGE.format(url=site.url), headers=headers) as page:
        manage = await books_from(page, firefox)
    assert await statuses(site) == ["BOOKED"]

    await firefox.goto(manage)
    await firefox.clicks("button", "Cancel the visit of Wednesday, November 25, 9:00 a.m.")
    await firefox.clicks("button", "Yes, cancel it")
    await firefox.sees("[role=alert]", "Your visit is cancelled.")
    assert await statuses(site) == ["CANCELLED"]

    # It would be heard, if there were something.
    await firefox.evaluate("console.error('A mistake')")
    assert firefox.errors == ["A mistake"]


async def test_a_visitor_waits_for_a_time(sqlite_url: str, firefox: Firefox) -> None:
    async with site_with_list(sqlite_url) as site:
        headers = {"Content-Security-Policy": CSP.format(url=site.url)}
        async with page_of_another_origin(PAGE.format(url=site.url), headers=headers) as page:
            await firefox.goto(page)
            await firefox.clicks("[part=control]")
            await firefox.clicks("button", "Tell me if something earlier opens")
            await firefox.clicks("input[value=TUESDAY]")
            await firefox.clicks("[part=primary]", "Continue")
            await answers_and_sends(firefox)
            await firefox.sees("h2", "You are on the waiting list")
        async with site.database.read() as session:
            [entry] = await session.scalars(select(WaitingListEntry))
    assert entry.available_times == [[1, 0, 1440]]
    assert firefox.errors == []
