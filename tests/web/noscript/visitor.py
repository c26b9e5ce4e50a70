"""A visitor of the pages without a script, who finds elements by their accessible names."""

from dataclasses import dataclass

from playwright.async_api import FrameLocator, Locator, Page, expect


@dataclass
class NoscriptVisitor:
    page: Page
    frame: FrameLocator | None = None
    """The frame of another page that the visitor looks at."""

    @property
    def root(self) -> Page | FrameLocator:
        return self.frame or self.page

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.root.get_by_role("link", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.root.get_by_role("textbox", name=name, exact=True)

    def text(self, text: str) -> Locator:
        return self.root.get_by_text(text)

    async def sees(self, heading: str) -> None:
        await expect(self.root.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()

    async def opens_times(self, url: str, service: str = "Dry needling, first visit") -> None:
        """With practitioner A, so that another practitioner's free time does not stand in."""
        await self.page.goto(f"{url}/book")
        await self.chooses_service(service)

    async def chooses_service(self, service: str = "Dry needling, first visit") -> None:
        await self.root.get_by_role("link", name=service).click()
        await self.root.get_by_role("link", name="Sample Practitioner A").click()
        await self.sees("Choose a time" if "course" not in service else "Visit 1 of 3: choose a time")

    async def chooses(self, day: str, time: str) -> None:
        heading = self.root.get_by_role("heading", name=day, exact=True)
        unfolded = self.root.locator("details").filter(has=heading)
        if await unfolded.get_attribute("open") is None:
            await heading.click()
        await unfolded.get_by_role("button", name=time, exact=True).click()

    def box(self, name: str) -> Locator:
        return self.root.get_by_role("checkbox", name=name, exact=True)

    async def answers_no(self) -> None:
        """To every question."""
        await self.box("None of these").check()
        await self.button("Continue").click()

    async def fills_in(self, *, email: str = "patient@example.com") -> None:
        await self.field("Your name").fill("Sample Patient")
        await self.field("Email").fill(email)
        await self.field("Phone").fill("416 555 0123")

    async def opens_details(self, url: str, *, time: str = "7:00 a.m.") -> None:
        """Of a visit on Tuesday, November 24."""
        await self.opens_times(url)
        await self.continues_to_details(time=time)

    async def continues_to_details(self, *, time: str = "7:00 a.m.") -> None:
        await self.chooses("Tuesday, November 24", time)
        await self.sees("Does any of these apply to you?")
        await self.answers_no()
        await self.sees("Who is coming?")

    async def books(self) -> None:
        await self.button("Book this visit").click()
