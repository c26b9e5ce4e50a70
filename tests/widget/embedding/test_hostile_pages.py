"""Pages that embed the button: strict ones, broken ones, and odd places in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import ConsoleMessage, Route, expect

from tests.support.browsers import wait_until_true
from tests.support.site import Site, page_of_another_origin
from tests.widget.visitor import Visitor

PAGE = """<!doctype html><html lang="en-GB"><head><title>A page</title><link rel="icon" href="data:,">{head}
<script type="module" src="{url}/widget/book-online.js"></script></head><body>{body}</body></html>"""
BUTTON = '<book-online service="dry-needling">Book Online</book-online>'

RESETS = """
* { all: unset !important }
:root { display: block !important; text-transform: uppercase !important; font-size: 80px !important }
button, div, h2, form, section, dialog { display: none !important; font-size: 80px !important }
:host, slot, input, select { visibility: hidden !important; pointer-events: none !important }
"""
PATCHES = """<script>
  window.asked = [];
  const { fetch: realFetch, Promise: RealPromise } = window;
  window.fetch = (input, init) => {
    asked.push(String(input));
    return realFetch(input, init);
  };
  window.Promise = class Promise extends RealPromise {};
  for (const { prototype } of [Object, Array, RealPromise, Function, String, Map]) {
    prototype.junk = () => { throw new Error('Junk'); };
  }
  const define = customElements.define;
  customElements.define = function (name, constructor, options) {
    return define.call(this, name, class extends constructor {}, options);
  };
</script>"""
SHORTCUTS = """<script>
  const isField = ({ tagName }) => ['INPUT', 'SELECT', 'TEXTAREA'].includes(tagName);
  addEventListener('keydown', (event) => isField(event.target) || event.preventDefault());
</script>"""
NAMES = """<p id="slot">a</p><p id="dialog">b</p><p id="title">c</p><p id="status">d</p><p id="month">e</p>
<form name="fetch" id="customElements"><input name="name" id="name"><input name="action" id="location"></form>
<img name="start" alt=""><a id="api" name="load">f</a>"""
CSP = (
    "default-src 'none'; script-src {url}; connect-src {url}; style-src 'none'; img-src data:; "
    "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'"
)
SHADOW = '<section><template shadowrootmode="open"><p>{}</p></template></section>'
# The place of the button, kept until the script has come.
ROOM = """<style>book-online:not(:defined) {
  display: inline-flex; align-items: center; box-sizing: border-box;
  min-block-size: 2.75em; padding: .5em 1.375em; font-weight: 600;
}</style>"""
PLACES = {
    "a form": f'<form action="/elsewhere"><input name="name">{BUTTON}<button>Send</button></form>',
    "a modal dialog": f"<dialog id=over>{BUTTON}</dialog><script>over.showModal()</script>",
    "a shadow root": SHADOW.format(BUTTON),
    "a box that cuts off": '<div style="overflow: hidden; transform: rotate(3deg) scale(.9); filter: blur(0);'
    f' contain: strict; width: 200px; height: 60px">{BUTTON}</div>',
    "a layer above all": f'<div style="position: fixed; inset: 0; z-index: 2147483647">{BUTTON}</div>',
    "a page from right to left": f'<div dir="rtl">{BUTTON}</div>',
    "a link that goes elsewhere": f'<a href="/elsewhere">{BUTTON}</a>',
    "a page that scrolls sideways": f'<div style="width: 5000px; height: 5000px">{BUTTON}</div>',
    "a part that keeps the focus": f"""<p id="part"><a href="#">a</a>{BUTTON}</p><script>
      addEventListener('focusin', ({{ target }}) => part.contains(target) || part.firstChild.focus());
    </script>""",
    "the first of ten": BUTTON * 10,
}
WATCH = """() => {
  window.seen = { paint: [], 'layout-shift': [] };
  for (const type of Object.keys(seen)) {
    const add = (list) => seen[type].push(...list.getEntries().map(({ name, value }) => value ?? name));
    new PerformanceObserver(add).observe({ type, buffered: true });
  }
}"""


@asynccontextmanager
async def page_with(
    site: Site, body: str = BUTTON, *, head: str = "", css: str = "", csp: str = ""
) -> AsyncIterator[str]:
    html = PAGE.format(url=site.url, head=head, body=body)
    headers = {"Content-Security-Policy": csp.format(url=site.url)} if csp else {}
    async with page_of_another_origin(html, css=css, headers=headers) as url:
        yield url


@pytest.fixture
async def console_errors(visitor: Visitor) -> list[str]:
    """Errors and warnings on the console of the browser."""
    errors: list[str] = []

    def record(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            errors.append(message.text)

    visitor.page.on("console", record)
    return errors


async def presses_the_button(visitor: Visitor) -> None:
    await visitor.page.locator("[part=control]").first.click()


async def comes_to_details(visitor: Visitor) -> None:
    await presses_the_button(visitor)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.answers_no()
    await visitor.arrives_at("Who is coming?")


async def books(visitor: Visitor) -> None:
    await comes_to_details(visitor)
    await visitor.fills_in()
    await visitor.page.keyboard.press("Enter")
    await visitor.is_booked()


async def reaches_the_times(visitor: Visitor) -> None:
    await presses_the_button(visitor)
    await visitor.arrives_at("Choose a time")
    # Clicked as a pointer would: something above it, or a box that cuts it off, would be in the way.
    await visitor.page.locator("[part=time]").first.click(trial=True)


async def test_on_a_page_that_resets_every_style(
    site: Site, visitor: Visitor, console_errors: list[str]
) -> None:
    head = '<link rel="stylesheet" href="/reset.css">'
    async with page_with(site, head=head, css=RESETS) as url:
        await visitor.page.goto(url)
        await books(visitor)
    assert console_errors == []


async def test_on_a_page_that_changes_the_language_itself(
    site: Site, visitor: Visitor, console_errors: list[str]
) -> None:
    async with page_with(site, NAMES + BUTTON, head=PATCHES) as url:
        await visitor.page.goto(url)
        await books(visitor)
        assert await visitor.page.evaluate("asked.length") > 5
    assert console_errors == []


async def test_on_a_page_with_shortcuts_of_its_own(site: Site, visitor: Visitor) -> None:
    """It sees no field inside of us: a key that is typed would be a shortcut of the page."""
    async with page_with(site, SHORTCUTS + BUTTON) as url:
        await visitor.page.goto(url)
        await comes_to_details(visitor)
        await visitor.field("Your name").focus()
        await visitor.page.keyboard.type("Sample Patient")
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.dialog).to_have_count(0)


async def test_under_the_strictest_policy(site: Site, visitor: Visitor, console_errors: list[str]) -> None:
    async with page_with(site, csp=CSP) as url:
        await visitor.page.goto(url)
        await books(visitor)
        assert console_errors == []
        # What an error would look like, so that silence means something.
        async with visitor.page.expect_console_message():
            await visitor.page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert len(console_errors) == 1


@pytest.mark.parametrize("place", PLACES)
async def test_the_dialog_opens_inside(
    site: Site, visitor: Visitor, console_errors: list[str], place: str
) -> None:
    async with page_with(site, PLACES[place]) as url:
        await visitor.page.goto(url)
        await reaches_the_times(visitor)
        assert visitor.page.url == f"{url}/"
    assert console_errors == []


async def test_two_versions_of_the_script_on_one_page(
    site: Site, visitor: Visitor, console_errors: list[str]
) -> None:
    other = site.url.replace("127.0.0.1", "localhost")
    head = f'<script type="module" src="{other}/widget/book-online.js?v=2"></script>'
    async with page_with(site, BUTTON + BUTTON, head=head) as url:
        await visitor.page.goto(url)
        await reaches_the_times(visitor)
    assert console_errors == []


async def test_a_page_whose_fetch_is_broken_leads_to_the_hosted_page(site: Site, visitor: Visitor) -> None:
    head = "<script>fetch = () => { throw new Error('Blocked') }</script>"
    async with page_with(site, head=head) as url:
        await visitor.page.goto(url)
        await presses_the_button(visitor)
        await expect(visitor.heading("Choose a time")).to_be_visible()
        assert visitor.page.url.split("?")[0] == f"{site.url}/book/dry-needling"


@pytest.mark.parametrize("around", ["<div>{}</div>", SHADOW])
async def test_the_language_is_that_of_the_nearest_element_that_says_one(
    site: Site, visitor: Visitor, around: str
) -> None:
    async with page_with(site, f'<div lang="fr-CA">{around.format(BUTTON)}</div>') as url:
        await visitor.page.goto(url)
        await presses_the_button(visitor)
        await visitor.arrives_at("Choisissez une heure")


async def test_in_forced_colours_without_motion(
    site: Site, visitor: Visitor, console_errors: list[str]
) -> None:
    await visitor.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    async with page_with(site) as url:
        await visitor.page.goto(url)
        await reaches_the_times(visitor)
        moving = "document.getAnimations().length"
        assert await visitor.page.evaluate(moving) == 0
    assert console_errors == []


async def test_nothing_on_the_page_moves(site: Site, visitor: Visitor) -> None:
    async def after_the_first_picture(route: Route) -> None:
        await wait_until_true(visitor.page, "seen.paint.length")
        await route.continue_()

    await visitor.page.add_init_script(f"({WATCH})()")
    await visitor.page.route("**/book-online.js", after_the_first_picture)
    async with page_with(site, f"<p>Before {BUTTON} after</p><p>Below</p>", head=ROOM) as url:
        await visitor.page.goto(url)
        await reaches_the_times(visitor)
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.dialog).to_have_count(0)
        assert await visitor.page.evaluate("seen['layout-shift']") == []
        # What a shift would look like, so that silence means something.
        await visitor.page.evaluate("document.body.prepend(document.createElement('hr'))")
        await wait_until_true(visitor.page, "seen['layout-shift'].length")
