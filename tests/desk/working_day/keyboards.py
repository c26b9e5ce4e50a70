"""A member of the staff who has a keyboard alone, and finds things by their roles and accessible names."""

import json
from typing import Protocol

from playwright.async_api import Locator, Page, expect

from tests.widget.other_browsers.firefox import Firefox
from tests.widget.other_browsers.tab import SHIFT

LONGEST_WAY = 60
"""Presses of Tab from one end of a page to the other."""
CODES = {
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Space": " ",
    "ArrowDown": "\ue015",
    "PageDown": "\ue00f",
}
"""The keys' code points in WebDriver."""


SUMMARY = "summary"
"""The element of that name, which has another role in each browser."""


class Keyboard(Protocol):
    """One browser. A name is the whole accessible name."""

    async def goto(self, url: str) -> None: ...

    async def loads(self) -> None:
        """Wait until the page's modules have run."""

    async def press(self, *keys: str) -> None: ...

    async def write(self, text: str) -> None: ...

    async def sees(self, role: str, name: str) -> None:
        """Wait for it."""

    async def is_at(self, role: str, name: str) -> bool:
        """Whether it has the focus."""

    async def go_back(self) -> None: ...

    async def address(self) -> str: ...

    async def text(self) -> str:
        """All that the page holds."""


async def reach(keyboard: Keyboard, role: str, name: str, *, way: str = "Tab") -> None:
    """Press Tab until it has the focus, or Shift+Tab: past its end a page gives the focus to the browser."""
    await keyboard.sees(role, name)
    for _ in range(LONGEST_WAY):
        if await keyboard.is_at(role, name):
            return
        await keyboard.press(way)
    raise AssertionError(f"{way} does not reach the {role} {name}")


async def fill(keyboard: Keyboard, role: str, name: str, text: str) -> None:
    await reach(keyboard, role, name)
    await keyboard.write(text)


async def activate(keyboard: Keyboard, role: str, name: str, *, way: str = "Tab") -> None:
    await reach(keyboard, role, name, way=way)
    await keyboard.press("Space" if role == "button" else "Enter")


class ChromiumKeyboard:
    def __init__(self, page: Page) -> None:
        self._page = page

    async def goto(self, url: str) -> None:
        await self._page.goto(url)

    async def loads(self) -> None:
        await self._page.wait_for_load_state()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._page.keyboard.press(key)

    async def write(self, text: str) -> None:
        await self._page.keyboard.type(text)

    async def sees(self, role: str, name: str) -> None:
        await expect(self._found(role, name).first).to_be_visible()

    async def is_at(self, role: str, name: str) -> bool:
        is_focused = "elements => elements.some(each => each === document.activeElement)"
        return bool(await self._found(role, name).evaluate_all(is_focused))

    async def go_back(self) -> None:
        await self._page.go_back()

    async def address(self) -> str:
        return self._page.url

    async def text(self) -> str:
        return await self._page.content()

    def _found(self, role: str, name: str) -> Locator:
        if role == SUMMARY:
            return self._page.locator(SUMMARY, has_text=name)
        return self._page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]


class FirefoxKeyboard:
    def __init__(self, firefox: Firefox) -> None:
        self._firefox = firefox

    async def goto(self, url: str) -> None:
        await self._firefox.goto(url)

    async def loads(self) -> None:
        await self._firefox.waits_for("document.readyState === 'complete'")

    async def press(self, *keys: str) -> None:
        for key in keys:
            *held, pressed = key.split("+")
            await self._firefox.types(CODES.get(pressed, pressed), holding=SHIFT if held else "")

    async def write(self, text: str) -> None:
        await self._firefox.types(text)

    async def sees(self, role: str, name: str) -> None:
        if role == SUMMARY:
            await self._firefox.sees(SUMMARY, name)
        else:
            await self._firefox.sees_named(role, name)

    async def is_at(self, role: str, name: str) -> bool:
        if role == SUMMARY:
            has_focus = f"document.querySelector('summary:focus')?.textContent.trim() === {json.dumps(name)}"
            return bool(await self._firefox.evaluate(has_focus))
        return await self._firefox.is_at(role, name)

    async def go_back(self) -> None:
        await self._firefox.go_back()

    async def address(self) -> str:
        return str(await self._firefox.evaluate("location.href"))

    async def text(self) -> str:
        return str(await self._firefox.evaluate("document.documentElement.outerHTML"))
