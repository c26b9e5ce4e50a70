"""A visitor who reads before each press, as fast as people read, and presses as fast as people do."""

import time
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

WORDS_A_SECOND = 238 / 60
"""Silent reading of English: the mean of 190 studies (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""
PRESS_SECONDS = 0.25
"""To come to what is pressed, and to press it."""

READ = """(pressed) => {
  const step = pressed.getRootNode().querySelector('.content');
  const count = (text) => text.split(/\\s+/).filter((word) => /\\w/.test(word)).length;
  const walker = document.createTreeWalker(step ?? pressed, NodeFilter.SHOW_TEXT);
  let words = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const isBelow = pressed.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    const isShown = node.parentElement.checkVisibility() && !node.parentElement.closest('.sr');
    if (isShown && (!isBelow || pressed.contains(node))) words += count(node.data);
  }
  return step && !step.contains(pressed) ? words + count(pressed.innerText) : words;
}"""
"""The words of a step from its top to what is pressed, this included."""


@dataclass
class Reader:
    """`words` and `presses` so far."""

    page: Page
    words: int = 0
    presses: int = 0

    async def press(self, target: Locator) -> None:
        """Reads the step down to the target, which is there by then, and presses it."""
        await target.wait_for()
        words = int(await target.evaluate(READ))
        self.words += words
        self.presses += 1
        await self.page.wait_for_timeout(1000 * (words / WORDS_A_SECOND + PRESS_SECONDS))
        await target.click()

    async def fill_in(self) -> None:
        """What the browser's autofill does: one press, and all fields are full."""
        await self.page.wait_for_timeout(1000 * PRESS_SECONDS)
        fields = {"Your name": "Sample Patient", "Email": "patient@example.com", "Phone": "4165550123"}
        for name, text in fields.items():
            await self.page.get_by_role("textbox", name=name, exact=True).fill(text)

    async def books(self, *, has_questions: bool) -> float:
        """The soonest time. Answers the seconds from the press on the button until the visit is booked."""
        page = self.page
        await page.get_by_role("link", name="Book Online").click()
        start = time.perf_counter()
        await self.press(page.locator("[part~=soonest] button").first)
        if has_questions:
            await self.press(page.get_by_role("button", name="None of these"))
        await page.get_by_role("textbox", name="Your name").wait_for()
        await self.fill_in()
        await self.press(page.get_by_role("button", name="Book this visit"))
        await expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
        return time.perf_counter() - start
