"""Takes the pictures in the docs from the running program: `make pictures`."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Page

from booking.storage.database import Database
from booking.storage.migrate import migrate
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.browsers import running_browser
from tests.clinics import open_clinic
from tests.serving import serving

EARLY_IN_A_MONTH = datetime(2026, 12, 1, 12, tzinfo=UTC)
IMAGES = Path(__file__).parent.parent / "docs" / "images"


async def to_the_times(page: Page) -> None:
    """To the step that shows the days and their times."""
    await page.get_by_role("link", name="Book Online").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("heading", name="When").wait_for()
    await dialog.get_by_text("Morning").wait_for()


async def take(url: str) -> None:
    database = Database(url)
    await open_clinic(database, now=EARLY_IN_A_MONTH)
    await database.close()
    app = create_app(Settings(database_url=url), now=lambda: EARLY_IN_A_MONTH)
    async with serving(app) as base, running_browser() as browser:
        context = await browser.new_context(
            viewport={"width": 1200, "height": 860}, locale="en-CA", timezone_id="America/Toronto"
        )
        page = await context.new_page()
        await page.clock.install(time=EARLY_IN_A_MONTH)
        await page.goto(base)
        await to_the_times(page)
        await page.screenshot(path=IMAGES / "widget.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/clinic.sqlite3"
        migrate(url)
        asyncio.run(take(url))


if __name__ == "__main__":
    main()
