"""A page that removes, moves and changes the element, as a single-page app does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Dialog, expect

from tests.support.browsers import wait_until_true
from tests.support.site import Site, page_of_another_origin, running_site
from tests.widget.visitor import Visitor

PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<script type="module" src="{url}/widget/book-online.js"></script>
<main><h1>A page</h1>{element}</main><section id="elsewhere"></section>"""
BUTTON = '<book-online service="dry-needling"><a href="{url}/book/dry-needling">Book Online</a></book-online>'
INLINE = '<book-online inline service="dry-needling"></book-online>'
ELEMENT = "document.querySelector('book-online')"
REMOVE = f"window.taken = {ELEMENT}; taken.remove()"
MOUNT_AND_REMOVE = """async (times) => {
  for (let i = 0; i < times; i += 1) {
    const element = document.createElement('book-online');
    document.querySelector('main').append(element);
    await element.open({ service: 'dry-needling' });
    element.remove();
    await new Promise((done) => setTimeout(done));
  }
}"""
MOUNT = """() => {
  const element = document.createElement('book-online');
  document.querySelector('main').append(element);
  return element.open({ service: 'dry-needling' });
}"""
MOUNTS, WARM_UP, NODES_OF_ONE = 100, 5, 20
SETTLED_MS = 2_000
COLLECTED_S = 60


@asynccontextmanager
async def page_with(site: Site, element: str) -> AsyncIterator[str]:
    html = PAGE.format(url=site.url, element=element.format(url=site.url))
    async with page_of_another_origin(html) as url:
        yield url


async def comes_to_details_inline(visitor: Visitor, url: str) -> None:
    await visitor.page.goto(url)
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.answers_no()
    await visitor.fills_in()


async def test_an_element_removed_while_open_gives_the_time_back(site: Site, visitor: Visitor) -> None:
    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    visitor.page.on("dialog", leave)
    async with page_with(site, BUTTON) as url:
        await visitor.comes_to_details(url)
        assert await site.is_taken("2026-11-24", "07:00")

        await visitor.page.evaluate(REMOVE)
        await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))
        assert [name for name, _ in await visitor.page_events()].count("close") == 1
        await visitor.page.goto("about:blank")
    assert asked == []


async def test_an_element_that_comes_back_goes_on_where_it_was(site: Site, visitor: Visitor) -> None:
    async with page_with(site, BUTTON) as url:
        await visitor.comes_to_details(url)
        await visitor.page.evaluate(REMOVE)
        await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))

        await visitor.page.evaluate("document.querySelector('#elsewhere').append(taken)")
        await visitor.page.get_by_role("link", name="Book Online").click()
        await visitor.arrives_at("Who is coming?")
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")
        await visitor.button("Book this visit").click()
        await visitor.is_booked()


async def test_a_moved_element_keeps_its_dialog_and_the_time(site: Site, visitor: Visitor) -> None:
    async with page_with(site, BUTTON) as url:
        await visitor.comes_to_details(url)
        await visitor.page.evaluate(f"document.querySelector('#elsewhere').append({ELEMENT})")

        is_modal = f"{ELEMENT}.shadowRoot.querySelector('dialog').matches(':modal')"
        await wait_until_true(visitor.page, is_modal)
        assert await site.is_taken("2026-11-24", "07:00")
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")
        assert "close" not in [name for name, _ in await visitor.page_events()]
        await visitor.button("Book this visit").click()
        await visitor.is_booked()


async def test_an_inline_element_that_comes_back_holds_the_time_again(site: Site, visitor: Visitor) -> None:
    async with page_with(site, INLINE) as url:
        await comes_to_details_inline(visitor, url)
        await visitor.page.evaluate(REMOVE)
        await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))

        await visitor.page.evaluate("document.querySelector('#elsewhere').append(taken)")
        await visitor.wait_until(lambda: site.is_taken("2026-11-24", "07:00"))
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")


async def test_a_hundred_mounts_leave_nothing_behind(sqlite_url: str, visitor: Visitor) -> None:
    """By the browser's own counters, after it has collected its garbage."""
    devtools = await visitor.page.context.new_cdp_session(visitor.page)

    async def left_since(before: dict[str, int]) -> dict[str, int]:
        await devtools.send("HeapProfiler.collectGarbage")
        seen: dict[str, int] = await devtools.send("Memory.getDOMCounters")
        return {name: seen[name] - before.get(name, 0) for name in ("nodes", "jsEventListeners")}

    async with running_site(sqlite_url, points_per_client=10_000_000) as site, page_with(site, "") as url:
        await visitor.loads(url)
        await visitor.page.evaluate(MOUNT_AND_REMOVE, WARM_UP)
        await visitor.page.wait_for_timeout(SETTLED_MS)
        before = await left_since({})

        await visitor.page.evaluate(MOUNT_AND_REMOVE, MOUNTS)
        # Answers to the requests of the last ones are still on their way.
        async with asyncio.timeout(COLLECTED_S):
            while max((left := await left_since(before)).values()) >= MOUNTS or left["jsEventListeners"] > 0:
                await visitor.page.wait_for_timeout(SETTLED_MS)

        await visitor.page.evaluate(MOUNT)
        assert (await left_since(before))["nodes"] > left["nodes"] + NODES_OF_ONE


async def test_the_language_changes_with_what_was_typed(site: Site, visitor: Visitor) -> None:
    async with page_with(site, BUTTON) as url:
        await visitor.comes_to_details(url)
        await visitor.page.evaluate(f"{ELEMENT}.lang = 'fr'")

        name = visitor.field("Votre nom")
        await expect(name).to_have_value("Sample Patient")
        assert await site.is_taken("2026-11-24", "07:00")
        await visitor.page.locator("[part~=primary]").click()
        await expect(visitor.page.locator("[part~=confirmed]")).to_be_visible()
        assert await site.count_appointments() == 1

        await visitor.page.evaluate(f"{ELEMENT}.lang = 'en'")
        await expect(visitor.heading("Your visit is booked")).to_be_visible()
        await expect(visitor.dialog.get_by_text("Dry needling, first visit")).to_be_visible()


async def test_the_language_of_the_page_counts_at_the_next_press(site: Site, visitor: Visitor) -> None:
    async with page_with(site, BUTTON) as url:
        await visitor.comes_to_details(url)
        await visitor.page.keyboard.press("Escape")
        await visitor.page.evaluate("document.documentElement.lang = 'fr'")
        await visitor.page.get_by_role("link", name="Book Online").click()

        await expect(visitor.field("Votre nom")).to_have_value("Sample Patient")
        await visitor.wait_until(lambda: site.is_taken("2026-11-24", "07:00"))


async def test_an_inline_element_follows_its_service_with_what_was_typed(
    site: Site, visitor: Visitor
) -> None:
    async with page_with(site, INLINE) as url:
        await comes_to_details_inline(visitor, url)
        await visitor.page.evaluate(f"{ELEMENT}.setAttribute('service', 'physiotherapy-assessment')")

        await expect(visitor.page.get_by_text("Physiotherapy assessment")).to_be_visible()
        await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))
        await visitor.page.evaluate(
            f"""{{
              {ELEMENT}.setAttribute('practitioner', 'sample-practitioner-d');
              {ELEMENT}.setAttribute('at', '2026-12-01');
            }}"""
        )
        await expect(visitor.heading("Tuesday, December 1")).to_be_visible()
        await expect(visitor.page.get_by_text("Sample Practitioner D")).to_be_visible()
        await visitor.page.locator("[part~=time]").first.click()
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")


async def test_an_element_becomes_inline_and_a_button_again(site: Site, visitor: Visitor) -> None:
    async with page_with(site, BUTTON) as url:
        await visitor.comes_to_details(url)
        await visitor.page.evaluate(f"{ELEMENT}.toggleAttribute('inline')")
        await expect(visitor.dialog).to_have_count(0)
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")
        assert await site.is_taken("2026-11-24", "07:00")

        await visitor.page.evaluate(f"{ELEMENT}.toggleAttribute('inline')")
        await expect(visitor.field("Your name")).to_have_count(0)
        await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))
        await visitor.page.get_by_role("link", name="Book Online").click()
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")


async def test_links_that_the_page_took_away_leave_no_element(site: Site, visitor: Visitor) -> None:
    link = '<a href="/elsewhere" data-book-online data-service="dry-needling">Book Online</a>'
    async with page_with(site, link * 2) as url:
        await visitor.page.goto(url)
        links = visitor.page.get_by_role("link", name="Book Online")
        await links.first.hover()
        await expect(visitor.page.locator("book-online")).to_have_count(1)
        await visitor.page.evaluate("document.querySelector('a').remove()")
        await links.first.hover()
        await expect(visitor.page.locator("book-online")).to_have_count(1)
