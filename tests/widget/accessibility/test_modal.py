"""The open dialog and the page behind it: what scrolls, what closes it, and how little its bars take."""

from playwright.async_api import Page, expect

from tests.support.browsers import wait_until
from tests.support.site import Site, page_of_another_origin
from tests.widget.visitor import Visitor

PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><style>p {{ height: 3000px }}</style>
<script type="module" src="{url}/widget/book-online.js"></script>
<book-online service="dry-needling"><a href="{url}/book">Book Online</a></book-online><p>Long</p>"""
BARS = """(dialog) => {
  const parts = [...dialog.querySelectorAll('*')];
  const scroller = parts.find((part) => getComputedStyle(part).overflowY === 'auto');
  return (innerHeight - scroller.clientHeight) / innerHeight;
}"""
# As Safari does: a pressed button, link or box gets no focus, and what had it loses it.
NO_FOCUS_BY_PRESS = """() => addEventListener('mousedown', (event) => {
  const [pressed] = event.composedPath();
  if (!pressed.closest?.('button, a, label, [type=radio], [type=checkbox]')) return;
  event.preventDefault();
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  focused?.blur();
}, true)"""
WIDTH = "document.querySelector('p').getBoundingClientRect().width"


async def scrolls_over(page: Page, x: int, y: int) -> int:
    await page.mouse.move(x, y)
    await page.mouse.wheel(0, 600)
    await page.wait_for_timeout(300)
    offset: int = await page.evaluate("scrollY")
    return offset


async def test_the_page_behind_stays_and_a_press_beside_the_dialog_keeps_what_was_typed(
    site: Site, visitor: Visitor
) -> None:
    page = visitor.page
    async with page_of_another_origin(PAGE.format(url=site.url)) as url:
        await page.goto(url)
        width = await page.evaluate(WIDTH)
        await visitor.comes_to_details(url)
        assert [await scrolls_over(page, *at) for at in ((640, 40), (5, 300))] == [0, 0]
        assert await page.evaluate(WIDTH) == width

        # Text that is selected by dragging out of the dialog doesn't close it.
        name = await visitor.field("Your name").bounding_box()
        assert name
        await page.mouse.move(name["x"] + 20, name["y"] + 10)
        await page.mouse.down()
        await page.mouse.move(5, 300)
        await page.mouse.up()
        await expect(visitor.dialog).to_be_visible()

        await page.mouse.click(5, 300)
        await expect(visitor.dialog).to_have_count(0)
        assert await page.evaluate("document.documentElement.getAttribute('style') || ''") == ""
        await wait_until(lambda: scrolls_over(page, 5, 300))

        await page.get_by_role("link", name="Book Online").click()
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")


async def test_the_bars_take_little_of_a_small_phone(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.set_viewport_size({"width": 320, "height": 568})
    async with page_of_another_origin(PAGE.format(url=site.url)) as url:
        await visitor.opens(url)
        for heading in ("Choose a time", "Does any of these apply to you?", "Who is coming?"):
            await visitor.arrives_at(heading)
            assert await visitor.dialog.evaluate(BARS) <= 0.15
            # Nothing sticks out of the dialog, hidden words included, to which a focus could scroll it.
            sizes = "({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight]"
            assert await visitor.dialog.evaluate(sizes) == [320, 568]
            await expect(visitor.button("Back")).to_be_visible()
            call = visitor.dialog.get_by_role("link", name="Call us: 416.545.1881")
            box = await call.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 44
            if heading == "Choose a time":
                await page.locator("[part~=time]").first.click()
            elif heading.startswith("Does"):
                await visitor.button("None of these").click()
        await visitor.button("Back").click()
        await visitor.arrives_at("Does any of these apply to you?")


async def test_a_dialog_in_another_language_lets_the_page_go_too(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    async with page_of_another_origin(PAGE.format(url=site.url)) as url:
        await visitor.opens(url)
        await visitor.arrives_at("Choose a time")
        await page.evaluate("document.querySelector('book-online').lang = 'fr'")
        await expect(visitor.heading("Choisissez une heure")).to_be_visible()
        assert await scrolls_over(page, 640, 40) == 0
        await page.keyboard.press("Escape")
        await expect(visitor.dialog).to_have_count(0)
        await wait_until(lambda: scrolls_over(page, 640, 40))


async def test_the_dialog_needs_no_focus_by_a_press(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.add_init_script(f"({NO_FOCUS_BY_PRESS})()")
    async with page_of_another_origin(PAGE.format(url=site.url)) as url:
        await visitor.comes_to_details(url)
        await visitor.button("Close").click()
        await expect(page.get_by_role("link", name="Book Online")).to_be_focused()
        await page.keyboard.press("Enter")
        await visitor.arrives_at("Who is coming?")
        await page.keyboard.press("Escape")
        await expect(visitor.dialog).to_have_count(0)
