"""Pages of the desk in a browser, audited by axe-core."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import httpx
from playwright.async_api import Browser, Page

from tests.desk.desk_server import Desk
from tests.support.live_server import live_server
from tests.widget.accessibility.test_axe import AXE, FINDINGS, SCHEMES


@dataclass(frozen=True)
class Look:
    """What takes a page of its own; light and dark are tried on the same."""

    width: int
    language: str
    forced: bool = False
    """In forced colours."""


WIDTHS = (1440, 320)
LOOKS = [Look(width, language) for width, language in zip(WIDTHS, ("en", "fr"), strict=True)]


async def findings(page: Page, step: str) -> list[str]:
    """What axe, which the page has loaded, finds on it as it stands: light and dark, wide and narrow."""
    found = []
    await page.wait_for_load_state()  # a page can be read before its styles are there
    for scheme, width in product(SCHEMES, WIDTHS):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (step, width)
        found += [
            f"{step}, {scheme}, {width}: {one}" for one in await page.evaluate(FINDINGS, scheme == "dark")
        ]
    return found


async def audit(
    browser: Browser, desk: Desk, visitor: httpx.AsyncClient, look: Look, paths: Iterable[str]
) -> None:
    """Fail where axe finds something, light or dark, or a page is wider than the screen."""
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()),
        "Accept-Language": look.language,
    }
    context = await browser.new_context(
        viewport={"width": look.width, "height": 900},
        forced_colors="active" if look.forced else "none",
        reduced_motion="reduce",
        extra_http_headers=headers,
        bypass_csp=True,  # axe comes from outside of the page
    )
    try:
        page = await context.new_page()
        async with live_server(desk.app) as url:
            for path, scheme in product(paths, SCHEMES):
                await page.emulate_media(color_scheme=scheme)
                # Chromium gives axe the unforced colour of a button once an open page turns dark.
                if scheme == SCHEMES[0] or look.forced:
                    await page.goto(f"{url}{path}")
                    await page.add_script_tag(path=AXE)
                found = await page.evaluate(FINDINGS, scheme == "dark" and not look.forced)
                assert found == [], (path, scheme, found)
                assert await page.evaluate("document.documentElement.scrollWidth") <= look.width, path
    finally:
        await context.close()
