"""The button and the dialog take the page's colour, and the text on it can be read."""

from playwright.async_api import Locator, Page

from tests.support.site import Site, page_of_another_origin
from tests.widget.visitor import Visitor

WORDPRESS_BUTTON = '<a class="wp-element-button" style="background-color: #111">Contact</a>'
PLAIN_BUTTON = '<button style="background-color: #e9e9ed">Menu</button>'
BUTTON = '<button style="background-color: rgb(180, 40, 90)">Send</button>'
TEAL, DARK_TEAL, BOOTSTRAP = (11, 107, 102), (99, 207, 195), (13, 110, 253)
PARTS = {
    "Bootstrap": ("--bs-primary: #0d6efd", "", "", BOOTSTRAP),
    "Bootstrap in the dark": ("color-scheme: dark; --bs-primary: #0d6efd", "", "", BOOTSTRAP),
    "WordPress": ("--wp--preset--color--primary: #f5d76e", BUTTON, "", (245, 215, 110)),
    "a button of WordPress": ("", PLAIN_BUTTON + WORDPRESS_BUTTON, "", (17, 17, 17)),
    "a button": ("", PLAIN_BUTTON + BUTTON, "", (180, 40, 90)),
    "form controls": ("accent-color: #767676; --bs-primary: #0d6efd", BUTTON, "", (118, 118, 118)),
    "its own property": ("--book-online-accent: #777; accent-color: red", BUTTON, "", (119, 119, 119)),
    "no-match": ("--bs-primary: #0d6efd; --bs-border-radius: 0", BUTTON, "no-match", TEAL),
    "no-match in the dark": ("color-scheme: dark; accent-color: red", BUTTON, "no-match", DARK_TEAL),
}
"""Of each part of a page: its style, what stands in it, attributes of the button, and the colour."""
SHOWN = """(control) => {
  const { backgroundColor, color } = getComputedStyle(control);
  return [backgroundColor, color].map((colour) => {
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  });
}"""


def page_with(url: str) -> str:
    parts = "".join(
        f'<section aria-label="{name}" style="{style}">{content}<p><book-online next service="dry-needling" '
        f"{attributes}>Book Online</book-online></p></section>"
        for name, (style, content, attributes, _) in PARTS.items()
    )
    return (
        '<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">'
        f'<script type="module" src="{url}/widget/book-online.js"></script>{parts}'
    )


def control_in(page: Page, part: str) -> Locator:
    return page.get_by_role("region", name=part, exact=True).locator("[part~=control]")


def contrast(a: list[int], b: list[int]) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""

    def luminance(colour: list[int]) -> float:
        channels = (each / 255 for each in colour)
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
        return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


async def test_the_button_takes_the_colour_of_the_part_of_the_page_that_it_is_in(
    site: Site, visitor: Visitor
) -> None:
    page = visitor.page
    async with page_of_another_origin(page_with(site.url)) as url:
        await page.goto(url)
        for name, (*_, wanted) in PARTS.items():
            background, text = await control_in(page, name).evaluate(SHOWN)
            assert (name, tuple(background)) == (name, wanted)
            assert contrast(background, text) >= 4.5, name

        # Bootstrap's own buttons have white text.
        assert (await control_in(page, "Bootstrap").evaluate(SHOWN))[1] == [255, 255, 255]
        await control_in(page, "a button").click()
        await visitor.arrives_at("Choose a time")
        accent = "(frame) => getComputedStyle(frame).getPropertyValue('--bo-button')"
        assert await visitor.dialog.evaluate(accent) == "rgb(180, 40, 90)"
