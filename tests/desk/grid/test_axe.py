"""axe-core finds nothing on the day: light and dark, wide and narrow, in both languages."""

import pytest

from tests.desk.audited_pages import findings
from tests.desk.grid.conftest import OpenDay
from tests.widget.accessibility.test_axe import AXE

SMALL = "target-size: .thin"
"""A quarter of an hour is low; the same time is booked by a dialog (WCAG 2.2, 2.5.8: equivalent)."""


async def found_on(day: OpenDay, step: str) -> list[str]:
    return [one for one in await findings(day.page, step) if SMALL not in one]


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_nothing_on_the_day(day: OpenDay, language: str) -> None:
    await day.page.add_init_script(path=AXE)
    day.desk.language = language
    await day.open()
    found = await found_on(day, "day")

    await day.page.set_viewport_size({"width": 1440, "height": 900})
    await day.visit(7).focus()
    await day.keys("Enter")
    await day.page.locator("body > .sheet").wait_for()
    await day.keys("a")
    await day.page.locator(".toast").wait_for()
    await day.page.locator("[value=arrived][aria-pressed=true]").wait_for()
    found += await found_on(day, "sheet")
    await day.keys("Escape", "?")
    found += await found_on(day, "keys")

    assert found == []
