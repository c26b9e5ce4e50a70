"""A visitor who reads before each press, as fast as people read, and presses as fast as people do."""

import re
import time
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

WORDS_A_SECOND = 238 / 60
"""Silent reading of English: the mean of 190 studies (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""
PRESS_SECONDS = 0.25
"""To come to what is pressed, and to press it."""

READ = """(pressed) => {
  const step = pressed.getRootNode().querySelector('.content');
  const texts = [];
  const walker = document.createTreeWalker(step ?? pressed, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const isBelow = pressed.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    const isShown = node.parentElement.checkVisibility() && !node.parentElement.closest('.sr');
    if (isShown && (!isBelow || pressed.contains(node))) texts.push(node.data);
  }
  return step && !step.contains(pressed) ? [...texts, pressed.innerText] : texts;
}"""
"""The texts of a step from its top to what is pressed, this included."""


def words_of(text: str) -> list[str]:
    """Without the signs around them; what has no letter and no digit is no word."""
    return [word.strip(",.:;?!") for word in text.split() if re.search(r"\w", word)]


@dataclass
class Reader:
    """What was read and pressed so far. `repeated` words stood in an earlier step, in the same order."""

    page: Page
    words: int = 0
    repeated: int = 0
    presses: int = 0
    read: str = ""

    async def press(self, target: Locator) -> None:
        """Reads every word of the step down to the target, which is there by then, and presses it."""
        await target.wait_for()
        texts = [words_of(text) for text in await target.evaluate(READ)]
        words = sum(len(text) for text in texts)
        self.words += words
        self.repeated += sum(len(text) for text in texts if f" {' '.join(text)} " in self.read)
        self.read += " ".join(["", *(word for text in texts for word in text), ""])
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
