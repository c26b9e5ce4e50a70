"""The hosted page in a frame of another site: it books, grows and tells; without a key it is empty."""

import httpx
import pytest
from playwright.async_api import Frame, Page, expect

from booking.api_keys import create_site_key
from tests.support.browsers import wait_until_true
from tests.support.clinics import NOW
from tests.support.site import Site
from tests.widget.embedding.framing import FITS, embedding_page
from tests.widget.visitor import Visitor

BLOCK_STORAGE = """() => {
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
    Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } });
  }
  const refuse = { get() { throw new DOMException('blocked', 'SecurityError'); }, set() {} };
  Object.defineProperty(Document.prototype, 'cookie', refuse);
}"""
DETAILS = {"Your name": "Sample Patient", "Email": "patient@example.com", "Phone": "416 555 0123"}
ACCENT = """() => getComputedStyle(document.querySelector('book-online'))
  .getPropertyValue('--book-online-accent')"""


async def frame_in(page: Page) -> Frame:
    await expect(page.locator("iframe")).to_have_count(1)
    return page.frames[1]


async def test_a_visit_is_booked_in_a_frame_that_may_store_nothing(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.add_init_script(f"({BLOCK_STORAGE})()")
    async with embedding_page(site) as home:
        await page.goto(home)
        frame = await frame_in(page)
        await frame.get_by_role("heading", name="Choose a time").wait_for()
        await expect(frame.get_by_role("banner").or_(frame.get_by_role("contentinfo"))).to_have_count(0)
        await wait_until_true(frame, FITS)
        assert await frame.evaluate(ACCENT) == "rgb(122, 59, 105)"

        await frame.get_by_role("radio", name="Sample Practitioner A").check()
        await frame.get_by_role("button", name="Tuesday, November 24").click()
        await frame.locator("[part~=time]").filter(has_text="7:00").first.click()
        await frame.get_by_role("button", name="None of these").click()
        for name, value in DETAILS.items():
            await frame.get_by_role("textbox", name=name, exact=True).fill(value)
        await wait_until_true(frame, FITS)
        await frame.get_by_role("button", name="Book this visit").click()
        await frame.get_by_role("heading", name="Your visit is booked").wait_for()
        await wait_until_true(frame, FITS)

        assert await site.count_appointments() == 1
        assert ("booked", {"service": "dry-needling"}) in [
            tuple(each) for each in await visitor.page_events()
        ]
        # What changes the visit is shown by a page of its own, never in the frame.
        manage = frame.get_by_role("link", name="Move or cancel")
        assert await manage.get_attribute("target") == "_blank"
        await expect(page).to_have_url(f"{home}/")


async def test_a_site_without_a_key_shows_an_empty_frame(site: Site, page: Page) -> None:
    async with (
        embedding_page(site, has_key=False) as home,
        page.expect_console_message(lambda message: "frame-ancestors" in message.text),
    ):
        await page.goto(home)
    await expect((await frame_in(page)).locator("book-online")).to_have_count(0)


@pytest.mark.parametrize("path", ["/manage", "/desk/sign-in", "/", "/visits/unknown", "/waiting/unknown"])
async def test_no_page_but_the_booking_may_be_in_a_frame(site: Site, path: str) -> None:
    async with site.database.write() as session:
        await create_site_key(session, "Sample Site", ["https://www.example.com"], now=NOW)
    async with httpx.AsyncClient(base_url=site.url) as http:
        policy = (await http.get(path)).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
