"""Chromium, and fresh pages in it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from os import environ
from pathlib import Path

import pytest
from playwright.async_api import Browser, Frame, Page, async_playwright, expect

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
TIMEOUT_MS = 10_000
"""How long a test waits for a page: enough for two slow cores and a full disk."""


@asynccontextmanager
async def running_browser(*, fonts: Path | None = None) -> AsyncIterator[Browser]:
    """`fonts` is a configuration of fontconfig, in place of the system's."""
    expect.set_options(timeout=TIMEOUT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_installed() or playwright.chromium.executable_path,
            args=ARGUMENTS,
            env={**environ, "FONTCONFIG_FILE": str(fonts)} if fonts else None,
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def fresh_page(
    browser: Browser, *, may_fail: bool = False, time_zone: str = "Asia/Tokyo"
) -> AsyncIterator[Page]:
    """A page without cookies or cache, of a visitor in Tokyo unless a `time_zone` is given.

    A time that is not shown in the clinic's zone is then hours off. An error that a script of the page
    does not catch fails the test, unless the script `may_fail`.
    """
    context = await browser.new_context(
        locale="en-CA", timezone_id=time_zone, reduced_motion="reduce", service_workers="block"
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
        if errors and not may_fail:
            pytest.fail(f"a script of the page failed: {errors}")
    finally:
        await context.close()


async def wait_until(is_so: Callable[[], Awaitable[object]], *, every: float = 0.05) -> None:
    """Asks for what no event tells, with so many seconds between."""
    async with asyncio.timeout(TIMEOUT_MS / 1000):
        while not await is_so():  # noqa: ASYNC110  (no event tells)
            await asyncio.sleep(every)


async def wait_until_true(place: Page | Frame, expression: str) -> None:
    """Waits for a JavaScript expression to be true.

    Playwright's `wait_for_function` evaluates its text again by a timer of the page, which a policy without
    `unsafe-eval` forbids: it fails wherever the first answer is no.
    """
    await wait_until(lambda: place.evaluate(expression))


def _installed() -> Path | None:
    paths = (shutil.which(command) for command in COMMANDS)
    return next((Path(path) for path in paths if path), MAC if MAC.exists() else None)
