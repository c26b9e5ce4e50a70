"""A visitor whose own clock is wrong, or in another zone, books the clinic's time all the same."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.support.clinics import NOW
from tests.support.site import Site
from tests.widget.visitor import Visitor


@pytest.mark.parametrize("wrong_by", [timedelta(days=-1), timedelta(days=1), timedelta(hours=-9)])
async def test_a_visit_is_booked_by_a_clock_that_is_wrong(
    site: Site, visitor: Visitor, wrong_by: timedelta
) -> None:
    await visitor.page.clock.install(time=NOW + wrong_by)
    await visitor.comes_to_details(site.url, day="Thursday, November 26", time="9:00 a.m.")
    await visitor.button("Book this visit").click()
    await visitor.is_booked()

    await expect(visitor.page.get_by_text("Thursday, November 26, 9:00 a.m.")).to_be_visible()
    assert await site.is_taken("2026-11-26", "09:00")
