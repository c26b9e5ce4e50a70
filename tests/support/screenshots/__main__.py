"""`make pictures`: those in the docs, and every step in `build/pictures` to be looked at."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, expect

from booking.api_keys import create_site_key
from booking.appointments.load import load_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from graphql_api.cli.access.staff import LINK_PATH
from graphql_api.cli.serving.sample_desk import prepare_sample_desk
from graphql_api.settings import Settings
from graphql_api.startup import migrate_database
from tests.support.browsers import running_browser
from tests.support.clinics import NOW, SAMPLE
from tests.support.screenshots.composition import write_row
from tests.support.screenshots.film import Film
from tests.support.screenshots.fonts import font_configuration
from tests.support.screenshots.journey import BUTTONS, Stills, books, opened
from tests.support.screenshots.portraits import write_portraits
from tests.support.site import Site, page_of_another_origin, running_site

EARLY_IN_A_MONTH = datetime(2026, 12, 1, 12, tzinfo=UTC)
IN_THE_AFTERNOON = datetime(2026, 12, 1, 18, 20, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs"
IMAGES = DOCS / "images"
STEPS = Path(__file__).parents[3] / "build" / "pictures"
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
FRAMED = """<!doctype html><html lang="en"><title>A page of a website builder</title>
<meta name="viewport" content="width=device-width">
<style>
  body {{ margin: 0 auto; padding: 1em 1.5em 3em; max-width: 46em; color: #2d2433; background: #faf6fb;
    font: 17px/1.6 Georgia, serif; }}
  iframe {{ inline-size: 100%; block-size: 700px; border: 0; --book-online-accent: #7a3b69;
    --book-online-font: Georgia, serif; }}
</style>
<h1>Come and see us</h1>
<p>Choose what brings you here, and a time that suits you.</p>
<iframe src="{url}/book/dry-needling?lang=en" title="Book Online"></iframe>
<script type="module" src="{url}/widget/frame.js"></script>"""
PHONE_ROW = ("time", "screening", "details", "confirmed")

Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Look:
    """A screen and its visitor."""

    width: int
    height: int
    scheme: Scheme = "light"
    language: str = "en"
    scale: float = 1


DESKTOP = Look(1200, 860)
DESKTOP_DARK = Look(1200, 860, "dark", "fr")
PHONE = Look(390, 780, scale=1.5)
PHONE_DARK = Look(390, 780, "dark", "fr", scale=1.5)
FILM = Look(390, 720, scale=1.5)
LOOKS = {
    "desktop": DESKTOP,
    "desktop-dark": DESKTOP_DARK,
    "phone": PHONE,
    "phone-dark": PHONE_DARK,
    "small": Look(320, 640, language="fr"),
}


@asynccontextmanager
async def page_in(browser: Browser, look: Look, *, now: datetime = EARLY_IN_A_MONTH) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport={"width": look.width, "height": look.height},
        device_scale_factor=look.scale,
        locale="en-CA",
        timezone_id="America/Toronto",
        color_scheme=look.scheme,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(now)
    yield page
    await context.close()


@asynccontextmanager
async def clinic_with_faces(url: str, *, now: datetime) -> AsyncIterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        text = SAMPLE
        for slug, photo in write_portraits(Path(folder)).items():
            text = text.replace(f'slug = "{slug}"\n', f'slug = "{slug}"\nphoto = "{photo}"\n', 1)
        async with running_site(url, now=now) as site:
            async with site.database.write() as session:
                file = parse_clinic_file(text, folder=Path(folder))
                await load_clinic_file(session, file, now=now, allow_rewrite=True)
            yield site


async def take_journeys(browser: Browser, site: Site) -> None:
    for name, look in LOOKS.items():
        async with page_in(browser, look) as page:
            await books(Stills(page, STEPS, name), site.url, look.language)
            manage = await page.locator("a[href*='/manage']").get_attribute("href")
            assert manage
            await page.goto(manage)
            await page.locator("[part~=visit]").first.wait_for()
            await page.screenshot(path=STEPS / f"{name}-manage.png")
    for name in ("phone", "phone-dark"):
        write_row([STEPS / f"{name}-{step}.png" for step in PHONE_ROW], IMAGES / f"{name}.webp")
    async with page_in(browser, FILM) as page:
        film = Film(page, FILM.scale)
        await books(film, site.url, "en")
        film.save(IMAGES / "journey.webp")


async def take_pages(browser: Browser, site: Site) -> None:
    for name, look in (("widget", DESKTOP), ("widget-dark", DESKTOP_DARK)):
        async with page_in(browser, look) as page:
            await opened(page, f"{site.url}/?lang={look.language}", BUTTONS[look.language])
            await page.screenshot(path=IMAGES / f"{name}.png")
    async with page_of_another_origin(FRAMED.format(url=site.url)) as home, page_in(browser, DESKTOP) as page:
        async with site.database.write() as session:
            await create_site_key(session, "Sample Site", [home], now=EARLY_IN_A_MONTH)
        await page.goto(home)
        await page.frame_locator("iframe").locator("[part~=time]").first.wait_for()
        await expect(page.locator("iframe")).not_to_have_css("height", "700px")
        await page.screenshot(path=IMAGES / "frame.png")
    for name, css in THEME.findall((DOCS / "how-to" / "theme.md").read_text("utf-8")):
        async with (
            page_of_another_origin(PAGE.format(css=css, url=site.url)) as theme,
            page_in(browser, Look(900, 640)) as page,
        ):
            await opened(page, theme, "Book Online")
            await page.screenshot(path=IMAGES / f"theme-{name.lower()}.png")


async def take_desk(browser: Browser, site: Site) -> None:
    secret = await prepare_sample_desk(site.database, now=IN_THE_AFTERNOON)
    async with page_in(browser, DESKTOP, now=IN_THE_AFTERNOON) as page:
        await page.goto(f"{site.url}{LINK_PATH}#{secret}")
        await page.locator("form .primary").click()
        await page.wait_for_url(lambda address: LINK_PATH not in address)
        await page.goto(f"{site.url}/desk")
        await page.locator(".column-head").first.wait_for()
        await page.screenshot(path=IMAGES / "desk.png")


async def take(urls: list[str], fonts: Path) -> None:
    STEPS.mkdir(parents=True, exist_ok=True)
    async with running_browser(fonts=fonts) as browser:
        async with clinic_with_faces(urls[0], now=EARLY_IN_A_MONTH) as site:
            await take_pages(browser, site)
            await take_journeys(browser, site)
        async with clinic_with_faces(urls[1], now=IN_THE_AFTERNOON) as site:
            await take_desk(browser, site)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.sqlite3" for name in ("clinic", "desk")]
        for url in urls:
            migrate_database(Settings(url), now=NOW)
        asyncio.run(take(urls, font_configuration(Path(folder))))


if __name__ == "__main__":
    main()
