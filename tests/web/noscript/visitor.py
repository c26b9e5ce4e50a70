"""What a visitor does with plain pages: by the names that a screen reader says."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect


@dataclass
class PlainVisitor:
    page: Page

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_role("textbox", name=name, exact=True)

    def text(self, text: str) -> Locator:
        return self.page.get_by_text(text)

    async def arrives_at(self, heading: str) -> None:
        await expect(self.page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()

    async def comes_to_times(self, url: str, service: str = "Dry needling, first visit") -> None:
        """Of practitioner A, whose time nobody else can give."""
        await self.page.goto(f"{url}/book")
        await self.page.get_by_role("link", name=service).click()
        await self.page.get_by_role("link", name="Sample Practitioner A").click()
        await self.arrives_at(
            "When would you like to come?"
            if "course" not in service
            else "Visit 1 of 3: when would you like to come?"
        )

    async def chooses(self, day: str, time: str) -> None:
        heading = self.page.get_by_role("heading", name=day, exact=True)
        unfolded = self.page.locator("details").filter(has=heading)
        if await unfolded.get_attribute("open") is None:
            await heading.click()
        await unfolded.get_by_role("button", name=time, exact=True).click()

    async def answers(self, answer: str = "No") -> None:
        """The same to every question."""
        questions = self.page.get_by_role("radiogroup")
        await expect(questions.first).to_be_visible()
        for question in await questions.all():
            await question.get_by_role("radio", name=answer, exact=True).check()
        await self.button("Continue").click()

    async def fills_in(self, *, email: str = "patient@example.com") -> None:
        await self.field("Your name").fill("Sample Patient")
        await self.field("Email").fill(email)
        await self.field("Phone number").fill("416 555 0123")

    async def comes_to_details(self, url: str, *, time: str = "7:00 a.m.") -> None:
        """Of a visit on Tuesday, November 24."""
        await self.comes_to_times(url)
        await self.chooses("Tuesday, November 24", time)
        await self.arrives_at("Is this treatment right for you?")
        await self.answers()
        await self.arrives_at("Who is coming?")

    async def books(self) -> None:
        await self.button("Book this visit").click()
