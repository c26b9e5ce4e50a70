"""Each room of the desk in forced colours (contrast themes), light and dark, with no finding of axe."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Browser

from tests.desk.audited_pages import LOOKS, Look, audit
from tests.desk.booking.test_book import SERVICE, book, hold, visits
from tests.desk.desk_server import Desk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("look", [look for look in LOOKS if look.language == "en"], ids=str)
async def test_no_room_has_a_finding_in_forced_colours(desk: Desk, browser: Browser, look: Look) -> None:
    owner = await desk.signed_in()
    await book(owner, await hold(owner))
    [visit] = await visits(desk)
    desk.clock.now += timedelta(minutes=20)  # Else the line of now covers the name of an hour.
    pages = ("day", "week", "month", "numbers", "account", "staff", "blocked-time", "patients?q=sample")
    more = (f"book?service={SERVICE}", f"visits/{visit.id}")

    await audit(
        browser, desk, owner, replace(look, forced=True), [f"/desk/{page}" for page in (*pages, *more)]
    )
