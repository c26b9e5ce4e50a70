"""A visitor who books, before a camera."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playwright.async_api import Locator, Page

DAY = 3
"""Of the open ones, counted from 0."""
DETAILS = ("Sample Patient", "patient@example.com", "416 555 0123")


BUTTONS = {"en": "Book Online", "fr": "Réserver en ligne"}


class Camera(Protocol):
    page: Page

    async def show(self, step: str) -> None: ...
    async def press(self, element: Locator) -> None: ...
    async def type(self, element: Locator, text: str) -> None: ...


@dataclass
class Stills:
    """Each step as a file in `folder`, named by the look of the page and the step."""

    page: Page
    folder: Path
    look: str

    async def show(self, step: str) -> None:
        await self.page.mouse.move(0, 0)  # or what was pressed before is under it
        await self.page.screenshot(path=self.file(step))

    async def press(self, element: Locator) -> None:
        await element.click()

    async def type(self, element: Locator, text: str) -> None:
        await element.fill(text)

    def file(self, step: str) -> Path:
        return self.folder / f"{self.look}-{step}.png"


async def opened(page: Page, url: str, button: str) -> None:
    """With the times of a day."""
    await page.goto(url)
    await page.get_by_role("link", name=button).first.click()
    await page.locator("book-online [part~=time]").first.wait_for()


async def books(camera: Camera, url: str, language: str) -> None:
    """From the clinic's page to the confirmation."""
    page = camera.page
    await page.goto(f"{url}/?lang={language}")
    await page.wait_for_load_state("networkidle")
    await camera.show("page")
    await camera.press(page.get_by_role("link", name=BUTTONS[language]).first)
    times = page.locator("book-online [part~=time]")
    await times.first.wait_for()
    await camera.show("time")
    # Later than the notice for changes, which would be the subject of the pictures.
    await camera.press(page.locator("[part~=day]:enabled").nth(DAY))
    await times.first.wait_for()
    await camera.press(times.nth(2))
    primary = page.locator("[part~=primary]")
    await primary.wait_for()
    await camera.show("screening")
    # "None of these".
    await camera.press(primary)
    fields = page.get_by_role("textbox")
    await fields.first.wait_for()
    for place, text in enumerate(DETAILS):
        await camera.type(fields.nth(place), text)
    await camera.show("details")
    await camera.press(primary)
    await page.locator("[part~=reference]").first.wait_for()
    await camera.show("confirmed")
