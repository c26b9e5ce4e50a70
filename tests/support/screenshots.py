"""`make pictures`: those in the docs, and every step in `build/pictures` to be looked at."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page

from graphql_api.settings import Settings
from graphql_api.startup import migrate_database
from tests.support.browsers import running_browser
from tests.support.clinics import NOW
from tests.support.site import page_of_another_origin, running_site

EARLY_IN_A_MONTH = datetime(2026, 12, 1, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs"
IMAGES = DOCS / "images"
STEPS = Path(__file__).parents[2] / "build" / "pictures"
THEME = re.compile(r"^## (\w+)\n!\[.*?\n```css\n(.*?)```", re.MULTILINE | re.DOTALL)
PAGE = """<!doctype html><html lang="en"><title>A page</title>
<meta name="viewport" content="width=device-width">
<style>body {{ margin: 0; padding: 2.5em; min-height: 90vh; line-height: 1.5; }}
{css}</style>
<script type="module" src="{url}/widget/book-online.js"></script>
<h1>Dry needling</h1>
<p>Thin needles calm a tight band of muscle, and help it to move again.</p>
<book-online service="dry-needling"><a href="{url}/book/dry-needling">Book Online</a></book-online>
<p>Most people come three times. Each visit takes less than an hour.</p>"""

Scheme = Literal["light", "dark"]
LOOKS: dict[str, tuple[int, int, Scheme, str]] = {
    "desktop": (1200, 860, "light", "en"),
    "phone": (320, 720, "light", "fr"),
    "dark": (1200, 860, "dark", "fr"),
}
WORDS = {
    "en": {"button": "Book Online", "on": "None of these", "manage": "Move or cancel"},
    "fr": {"button": "Réserver en ligne", "on": "Aucun de ces points", "manage": "Déplacer ou annuler"},
}


@asynccontextmanager
async def page_in(browser: Browser, width: int, height: int, scheme: Scheme = "light") -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-CA",
        timezone_id="America/Toronto",
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(EARLY_IN_A_MONTH)
    yield page
    await context.close()


async def opened(page: Page, url: str, button: str) -> None:
    """With the times of a day."""
    await page.goto(url)
    await page.get_by_role("link", name=button).first.click()
    await page.locator("book-online [part~=time]").first.wait_for()


async def every_step(browser: Browser, url: str, look: str) -> None:
    width, height, scheme, language = LOOKS[look]
    words = WORDS[language]
    async with page_in(browser, width, height, scheme) as page:

        async def take(step: str) -> None:
            await page.screenshot(path=STEPS / f"{look}-{step}.png")

        await page.goto(f"{url}/book?lang={language}")
        await page.locator("[part~=choice]").first.wait_for()
        await take("1-service")
        await opened(page, f"{url}/?lang={language}", words["button"])
        await take("2-time")
        await page.locator("[part~=time]").nth(2).click()
        question = page.get_by_role("checkbox").first
        await question.check()
        await take("3-screening-ticked")
        await question.uncheck()
        await take("3-screening")
        await page.get_by_role("button", name=words["on"]).click()
        fields = page.get_by_role("textbox")
        await fields.first.wait_for()
        await page.locator("[part~=primary]").click()
        await take("4-details-wrong")
        for place, text in enumerate(("Sample Patient", "patient@example.com", "416 555 0123")):
            await fields.nth(place).fill(text)
        await take("4-details")
        await page.locator("[part~=primary]").click()
        manage = page.get_by_role("link", name=words["manage"])
        await manage.wait_for()
        await take("5-confirmed")
        address = await manage.get_attribute("href")
        assert address
        await page.goto(address)
        await page.locator("[part~=visit]").first.wait_for()
        await take("6-manage")


async def take(url: str) -> None:
    STEPS.mkdir(parents=True, exist_ok=True)
    async with running_site(url, now=EARLY_IN_A_MONTH) as site, running_browser() as browser:
        async with page_in(browser, 1200, 860) as page:
            await opened(page, site.url, "Book Online")
            await page.screenshot(path=IMAGES / "widget.png")
        for name, css in THEME.findall((DOCS / "how-to" / "theme.md").read_text("utf-8")):
            async with (
                page_of_another_origin(PAGE.format(css=css, url=site.url)) as theme,
                page_in(browser, 900, 640) as page,
            ):
                await opened(page, theme, "Book Online")
                await page.screenshot(path=IMAGES / f"theme-{name.lower()}.png")
        for look in LOOKS:
            await every_step(browser, site.url, look)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/clinic.sqlite3"
        migrate_database(Settings(url), now=NOW)
        asyncio.run(take(url))


if __name__ == "__main__":
    main()
