"""A visitor of the widget, who finds everything by its accessible name."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.browsers import wait_until, wait_until_true

RECORD_EVENTS = """() => {
  window.pageEvents = [];
  for (const name of ['open', 'step', 'booked', 'problem', 'close']) {
    addEventListener(`book-online:${name}`, (event) => pageEvents.push([name, event.detail]));
  }
}"""


@dataclass
class Visitor:
    page: Page
    requests: list[str] = field(default_factory=list)

    @classmethod
    async def at(cls, page: Page) -> "Visitor":
        visitor = cls(page)
        page.on("request", lambda request: visitor.requests.append(request.url))
        await page.add_init_script(f"({RECORD_EVENTS})()")
        return visitor

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_role("textbox", name=name, exact=True)

    async def page_events(self) -> list[tuple[str, dict[str, Any]]]:
        """The events that the page has received."""
        return [(name, detail) for name, detail in await self.page.evaluate("pageEvents")]

    async def arrives_at(self, heading: str) -> None:
        """The step is shown, and the focus is on its heading."""
        await expect(self.heading(heading)).to_be_focused()

    async def wait_until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Waits until the widget has done something that the visitor does not see."""
        await wait_until(condition, every=0.25)  # Each question costs points, which the widget needs too.

    async def loads(self, url: str) -> None:
        """With the element: it replaces the link, and a link found before would be waited for in vain."""
        await self.page.goto(url)
        await wait_until_true(self.page, "!!customElements.get('book-online')")

    async def opens(self, url: str) -> None:
        await self.loads(url)
        await self.page.get_by_role("link", name="Book Online").first.click()

    async def chooses_practitioner(self, name: str = "Any available practitioner") -> None:
        await self.arrives_at("Choose a time")
        await self.selects_practitioner(name)

    async def selects_practitioner(self, name: str) -> None:
        await self.page.get_by_role("radiogroup", name="Practitioner").get_by_role("radio", name=name).check()

    def time(self, name: str) -> Locator:
        """A time of the day that is shown."""
        start = re.compile("^" + r"\s".join(re.escape(word) for word in name.split()))
        return self.page.locator("[part~=time]").and_(self.page.get_by_role("button", name=start))

    async def chooses(self, day: str, time: str) -> None:
        await self.button(day).click()
        await expect(self.heading(day)).to_be_visible()
        await self.time(time).click()

    async def answers_no(self) -> None:
        """To every screening question."""
        await self.arrives_at("Does any of these apply to you?")
        await self.button("None of these").click()

    async def ticks_all(self) -> None:
        """Yes to every screening question."""
        for question in await self.dialog.get_by_role("checkbox").all():
            await question.check()
        await self.button("Continue with what I ticked").click()

    async def fills_in(self) -> None:
        await expect(self.heading("Who is coming?")).to_be_visible()
        await self.field("Your name").fill("Sample Patient")
        await self.field("Email").fill("patient@example.com")
        await self.field("Phone").fill("416 555 0123")

    async def comes_to_details(
        self, url: str, *, day: str = "Tuesday, November 24", time: str = "7:00 a.m."
    ) -> None:
        """With practitioner A, whose time no other practitioner can give."""
        await self.opens(url)
        await self.chooses_practitioner("Sample Practitioner A")
        await self.chooses(day, time)
        await self.answers_no()
        await self.fills_in()

    async def is_booked(self, heading: str = "Your visit is booked") -> str:
        """Answers the address of the manage page."""
        await self.arrives_at(heading)
        name = re.compile("^(Move or cancel|Undo this booking|Your visit)$")
        address = await self.page.get_by_role("link", name=name).get_attribute("href")
        assert address
        return address
