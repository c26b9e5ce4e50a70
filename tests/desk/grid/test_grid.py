"""The grid: everything at its hours, in columns with one scroll; a list where there is no room."""

from typing import Any

from playwright.async_api import expect

from tests.desk.grid.conftest import OpenDay
from tests.desk.grid.sample_visits import DAY, Entry, large_day

BOXES = """() => Object.fromEntries([...document.querySelectorAll('.visit')].map((visit) => {
  const { top, height, left, width } = visit.getBoundingClientRect();
  return [visit.querySelector('.name').textContent.split(' ').at(-1), { top, height, left, width }];
}))"""
HOUR = 56


async def boxes(day: OpenDay) -> dict[str, Any]:
    found: dict[str, Any] = await day.page.evaluate(BOXES)
    return found


async def test_a_visit_stands_at_its_hours(day: OpenDay) -> None:
    box = await boxes(day)

    assert box["8"]["top"] - box["1"]["top"] == 5.75 * HOUR
    assert box["10"]["height"] == HOUR - 2
    assert len({one["left"] for one in box.values()}) == 5 + 1


async def test_a_squeeze_in_stands_beside_the_visit_of_that_time(day: OpenDay) -> None:
    box = await boxes(day)

    assert box["16"]["left"] + box["16"]["width"] <= box["17"]["left"]
    assert box["16"]["width"] < box["15"]["width"] / 2
    assert box["18"]["width"] == box["15"]["width"]


async def test_the_hour_that_autumn_repeats_has_rows_of_its_own(day: OpenDay) -> None:
    # Instants an hour apart are a row apart, whatever clocks on the wall say.
    first = DAY.replace(hour=1, month=11, day=1)
    day.desk.entries = [
        Entry("visit", "practitioner-a", DAY.replace(hour=8), 30, 1),
        Entry("visit", "practitioner-a", DAY.replace(hour=9), 30, 2),
    ]
    assert first.replace(fold=1).timestamp() - first.timestamp() == 3600
    await day.open()

    box = await boxes(day)
    assert box["2"]["top"] - box["1"]["top"] == HOUR


async def test_the_line_for_now_follows_the_clock_of_the_server(day: OpenDay) -> None:
    line = day.page.locator(".now time")

    await expect(line).to_have_text("10:24")
    top = await line.evaluate("line => line.parentElement.getBoundingClientRect().top")
    box = await boxes(day)
    assert abs(top - (box["6"]["top"] - 1 + 0.4 * HOUR)) < 1


async def test_heads_and_hours_stay_while_the_day_scrolls(day: OpenDay) -> None:
    day.desk.entries = large_day()
    await day.page.set_viewport_size({"width": 1440, "height": 560})
    await day.open()
    before = await day.page.evaluate(
        "[document.querySelector('.column-head'), document.querySelector('.hours')].map("
        "part => part.getBoundingClientRect()).map(({ top, left }) => [top, left])"
    )

    await day.page.evaluate("document.querySelector('.stage').scrollTo(400, 300)")

    after = await day.page.evaluate(
        "[document.querySelector('.column-head'), document.querySelector('.hours')].map("
        "part => part.getBoundingClientRect()).map(({ top, left }) => [top, left])"
    )
    assert after[0][0] <= before[0][0]
    assert after[0][1] == before[0][1] - 400
    assert after[1][1] == before[1][1]
    assert await day.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


async def test_eight_columns_fit_on_a_laptop(day: OpenDay) -> None:
    day.desk.entries = [one for one in large_day() if one.column <= "practitioner-h"]
    await day.open()

    assert await day.page.locator(".column").count() == 8
    assert await day.page.evaluate("(s => s.scrollWidth <= s.clientWidth)(document.querySelector('.stage'))")


async def test_a_narrow_screen_and_paper_get_the_list(day: OpenDay) -> None:
    agenda = day.page.locator(".agenda")
    await expect(agenda).to_have_class("agenda is-grid")

    await day.page.set_viewport_size({"width": 320, "height": 800})
    await expect(agenda).to_have_class("agenda")
    assert await day.page.evaluate("document.documentElement.scrollWidth") == 320
    await expect(day.visit(7)).to_contain_text("Booked")

    await day.page.set_viewport_size({"width": 1440, "height": 900})
    await expect(agenda).to_have_class("agenda is-grid")
    await day.page.emulate_media(media="print")
    await expect(agenda).to_have_class("agenda")


async def test_hidden_names_leave_the_references(day: OpenDay) -> None:
    await expect(day.visit(7)).to_contain_text("Sample Patient 7")
    day.desk.private = True
    await day.open()

    await expect(day.visit(7)).to_contain_text("P007-YW8V")
    assert "Sample Patient" not in await day.page.content()
