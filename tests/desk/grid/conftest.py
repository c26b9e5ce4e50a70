"""A sample desk that runs, and its day in a browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page

from tests.desk.grid.sample_desk import SampleDesk
from tests.desk.grid.sample_visits import NOW
from tests.support.live_server import live_server


@dataclass(frozen=True)
class OpenDay:
    """The day on the screen, whose entries are found by what they are called."""

    page: Page
    desk: SampleDesk
    url: str

    def visit(self, number: int) -> Locator:
        return self.page.locator(f"#visit-{self.desk.visit(number).id} > a")

    async def open(self) -> None:
        await self.page.goto(f"{self.url}/desk/day")

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def focused(self) -> str:
        """The words of what has the focus."""
        words: str = await self.page.evaluate(
            "(document.activeElement.innerText ?? '').replace(/\\s+/g, ' ').trim()"
        )
        return words


@pytest.fixture
def desk() -> SampleDesk:
    return SampleDesk()


@pytest.fixture
async def desk_url(desk: SampleDesk) -> AsyncIterator[str]:
    async with live_server(desk.app()) as url:
        yield url
        desk.connected = False


@pytest.fixture
async def day(page: Page, desk: SampleDesk, desk_url: str) -> OpenDay:
    """At 10:24 in the clinic."""
    await page.clock.set_system_time(NOW)
    await page.set_viewport_size({"width": 1440, "height": 900})
    opened = OpenDay(page, desk, desk_url)
    await opened.open()
    return opened
