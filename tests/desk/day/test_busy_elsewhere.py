"""Busy times of calendars elsewhere on the day and the week: drawn, and nothing else is told of them."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.booking.calendars.busy.copies import add_copy
from tests.desk.day.test_day import DAY, NINE, A, visit, words
from tests.desk.desk_server import Desk
from tests.support.clinics import NOW
from tests.support.live_server import live_server

HOUR = timedelta(hours=1)


async def test_the_day_and_the_week_show_when_a_calendar_says_busy(desk: Desk) -> None:
    await visit(desk, NINE)
    browser = await desk.signed_in()
    assert "Busy elsewhere" not in words(await browser.get(DAY))
    await add_copy(desk.database, A, [(NINE - HOUR, NINE + 2 * HOUR)])

    text = words(await browser.get(DAY))
    # The visit stands, and what is around it is busy: no gap is left in these hours.
    assert text.count("Busy elsewhere") == 2
    assert "Next free 7:00" in text
    week = words(await browser.get(f"/desk/week?date=2026-11-24&practitioner={A}"))
    assert week.count("Busy elsewhere") == 2


async def test_an_old_copy_says_of_when_it_is(desk: Desk) -> None:
    browser = await desk.signed_in()
    await add_copy(desk.database, A, [(NINE, NINE + HOUR)], copied_at=NOW - timedelta(hours=30))
    assert "Busy elsewhere as of Sunday, November 22, 1:00 a.m. 9:00" in words(await browser.get(DAY))
    french = await browser.get(f"{DAY}&lang=fr")
    assert "Occupé ailleurs selon la copie de dimanche 22 novembre à 1 h 9 h 00" in words(french)


@pytest.mark.parametrize("practitioner", [A, "sample-practitioner-b"])
async def test_a_practitioner_sees_own_busy_times_alone(desk: Desk, practitioner: str) -> None:
    await add_copy(desk.database, A, [(NINE, NINE + HOUR)])
    browser = await desk.signed_in(Role.PRACTITIONER, practitioner)
    assert ("Busy elsewhere" in words(await browser.get(DAY))) == (practitioner == A)


async def test_the_grid_draws_busy_time_that_keys_reach_and_no_drag_moves(desk: Desk, page: Page) -> None:
    await add_copy(desk.database, A, [(NINE, NINE + HOUR)])
    browser = await desk.signed_in()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    await page.set_extra_http_headers({"Cookie": cookies})
    await page.set_viewport_size({"width": 1440, "height": 900})
    async with live_server(desk.app) as url:
        await page.goto(f"{url}{DAY}")
        busy = page.locator(".is-grid .busy")
        await expect(busy).to_be_visible()
        before = await busy.bounding_box()
        assert before is not None
        await page.mouse.move(before["x"] + 30, before["y"] + 10)
        await page.mouse.down()
        await page.mouse.move(before["x"] + 30, before["y"] + 120, steps=5)
        await expect(page.locator(".preview")).to_have_count(0)
        await page.mouse.up()
        assert await busy.bounding_box() == before
        await busy.locator("a").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/desk/calendars")
