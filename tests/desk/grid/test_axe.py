"""axe-core finds nothing on the day: light and dark, wide and narrow, in both languages."""

from itertools import product

import pytest

from tests.desk.grid.conftest import OpenDay
from tests.widget.accessibility.test_axe import AXE, FINDINGS, SCHEMES

WIDTHS = (1440, 320)
SMALL = "target-size: .thin"
"""A quarter of an hour is low; the same time is booked by a dialog (WCAG 2.2, 2.5.8: equivalent)."""


async def findings(day: OpenDay, step: str) -> list[str]:
    found = []
    for scheme, width in product(SCHEMES, WIDTHS):
        await day.page.emulate_media(color_scheme=scheme)
        await day.page.set_viewport_size({"width": width, "height": 900})
        found += [
            f"{step}, {scheme}, {width}: {one}"
            for one in await day.page.evaluate(FINDINGS)
            if not one.startswith(SMALL)
        ]
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_nothing_on_the_day(day: OpenDay, language: str) -> None:
    await day.page.add_init_script(path=AXE)
    day.desk.language = language
    await day.open()
    found = await findings(day, "day")

    await day.page.set_viewport_size({"width": 1440, "height": 900})
    await day.visit(7).focus()
    await day.keys("Enter")
    await day.page.locator("body > .sheet").wait_for()
    await day.keys("a")
    await day.page.locator(".toast").wait_for()
    await day.page.locator("[value=arrived][aria-pressed=true]").wait_for()
    found += await findings(day, "sheet")
    await day.keys("Escape", "?")
    found += await findings(day, "keys")

    assert found == []
