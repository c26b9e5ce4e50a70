"""The day in Firefox, by keyboard."""

from collections.abc import AsyncIterator

import pytest

from tests.desk.grid.sample_desk import SampleDesk
from tests.desk.grid.sample_visits import NOW
from tests.widget.other_browsers.firefox import Firefox, running_firefox
from tests.widget.other_browsers.tab import ENTER

ESCAPE, DOWN, RIGHT = "\ue00c", "\ue015", "\ue014"


@pytest.fixture
async def firefox() -> AsyncIterator[Firefox]:
    async with running_firefox(NOW) as running:
        yield running


async def test_a_visit_arrives_and_is_moved(desk: SampleDesk, desk_url: str, firefox: Firefox) -> None:
    await firefox.goto(f"{desk_url}/desk/day")
    await firefox.sees(".is-grid .now time", "10:24")
    await firefox.types("n" + DOWN)
    await firefox.types("a")
    await firefox.sees(".toast p", "Sample Patient 31: status changed")
    await firefox.types("m" + DOWN + RIGHT + ENTER)
    await firefox.sees("#column-practitioner-e .visit .name", "Sample Patient 31")
    await firefox.types(ENTER)
    await firefox.sees("body > .sheet h2", "Sample Patient 31")
    await firefox.types(ESCAPE + "?")
    await firefox.sees("dialog h2", "All keys")

    assert [(one["change"], one["visit"]) for one in desk.done] == [("status", "31"), ("move", "31")]
    assert desk.visit(31).start.strftime("%H:%M") == "11:35"
    assert firefox.errors == []
