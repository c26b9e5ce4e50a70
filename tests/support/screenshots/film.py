"""A moving picture of a page: what it showed, how long, and where somebody pressed."""

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.async_api import Locator, Page

STEP_MS = 1_700
PRESS_MS = 450
TYPED_MS = 140
RADIUS = 17
QUALITY = 82


@dataclass
class Film:
    page: Page
    scale: float
    """Pixels of the picture for one of the page's."""
    frames: list[Image.Image] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    async def show(self, _step: str) -> None:
        await self.page.mouse.move(0, 0)  # or what was pressed before is under it
        self._add(await self._picture(), STEP_MS)

    async def press(self, element: Locator) -> None:
        """Shows a fingertip on the element, and clicks it."""
        await element.scroll_into_view_if_needed()
        box = await element.bounding_box()
        assert box
        picture = await self._picture()
        x, y = box["x"] + min(box["width"] / 2, 120), box["y"] + box["height"] / 2
        tip = Image.new("RGBA", picture.size)
        left, top, right, bottom = (
            self.scale * at for at in (x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)
        )
        outline = (left, top, right, bottom)
        ImageDraw.Draw(tip).ellipse(outline, fill=(20, 40, 40, 70), outline=(255, 255, 255, 200), width=2)
        self._add(Image.alpha_composite(picture.convert("RGBA"), tip).convert("RGB"), PRESS_MS)
        await element.click()

    async def type(self, element: Locator, text: str) -> None:
        """In three pieces, so that one sees it being typed."""
        for end in (len(text) // 3, 2 * len(text) // 3, len(text)):
            await element.fill(text[:end])
            self._add(await self._picture(), TYPED_MS)

    def save(self, file: Path) -> None:
        first, *others = self.frames
        first.save(
            file,
            append_images=others,
            duration=self.lengths,
            loop=0,
            method=6,
            quality=QUALITY,
            save_all=True,
        )

    def _add(self, picture: Image.Image, milliseconds: int) -> None:
        self.frames.append(picture)
        self.lengths.append(milliseconds)

    async def _picture(self) -> Image.Image:
        return Image.open(BytesIO(await self.page.screenshot())).convert("RGB")
