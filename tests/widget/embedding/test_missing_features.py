"""Browsers that lack something: the widget works, or the link, the forms and the phone number stay."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.support.browsers import fresh_page
from tests.support.clinics import NOW
from tests.support.site import Site, page_of_another_origin
from tests.widget.accessibility.test_axe import AXE
from tests.widget.visitor import Visitor

LACKED_SINCE_2021 = {
    "constructed style sheets": """CSSStyleSheet = new Proxy(CSSStyleSheet, {
      construct() { throw new TypeError('Illegal constructor'); } })""",
    "adopted style sheets": "delete ShadowRoot.prototype.adoptedStyleSheets",
    "modal dialogs": "delete HTMLDialogElement.prototype.showModal",
    "dialogs": "delete HTMLDialogElement.prototype.showModal; delete window.HTMLDialogElement",
    "time limits as signals": "delete AbortSignal.timeout",
    "queries of addresses": "delete window.URLSearchParams",
    "indexes from the end": "delete Array.prototype.at; delete String.prototype.at",
}
"""What browsers lack that read the modules all the same, such as Safari 15.0 to 16.3."""
BROKEN = {
    "shadow roots": "delete Element.prototype.attachShadow",
    "custom elements": "Object.defineProperty(window, 'customElements', { value: undefined })",
    "plural forms": "delete Intl.PluralRules",
    "date formats": "Intl.DateTimeFormat = function () { throw new RangeError('Invalid time zone'); }",
    "requests": "delete window.fetch",
}
"""What all these browsers have, but a page's own script or an extension may have broken."""
PHONE = "416.545.1881"


@pytest.fixture
async def old_page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page in a browser that lacks the feature named by the test."""
    async with fresh_page(browser, may_fail=request.param in BROKEN) as page:
        await page.clock.set_fixed_time(NOW)
        await page.add_init_script((LACKED_SINCE_2021 | BROKEN)[request.param])
        yield page


lacking = pytest.mark.parametrize("old_page", LACKED_SINCE_2021, indirect=True)
broken = pytest.mark.parametrize("old_page", BROKEN, indirect=True)


@lacking
async def test_a_visit_is_booked_and_cancelled_in_an_old_browser(site: Site, old_page: Page) -> None:
    visitor = await Visitor.at(old_page)
    await visitor.opens(site.url)
    await expect(visitor.heading("Choose a time")).to_be_visible()
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button("Book this visit").click()
    address = await visitor.is_booked()

    await old_page.goto(f"{site.url}{address}" if address.startswith("/") else address)
    await old_page.get_by_role("button", name="Cancel the visit").click()
    await old_page.get_by_role("button", name="Yes, cancel it").click()
    await expect(old_page.get_by_text("Your visit is cancelled.")).to_be_visible()


@pytest.mark.parametrize("old_page", ["constructed style sheets"], indirect=True)
async def test_the_dialog_is_styled_without_constructed_sheets(site: Site, old_page: Page) -> None:
    visitor = await Visitor.at(old_page)
    await visitor.opens(site.url)
    await visitor.arrives_at("Choose a time")
    await expect(visitor.dialog).to_have_css("border-radius", "19.2px")


CSS_SINCE_2022 = ("light-dark(", "color-mix(", "(from ", "@container", "container-type", ":has(")
LOOKS = """() => {
  const find = (selector) => document.querySelector('book-online').shadowRoot.querySelector(selector);
  const style = (selector) => getComputedStyle(find(selector));
  return {
    'today has a colour': style('.soon.first').backgroundColor,
    'a time has an edge': style('.time').borderTopWidth,
    'a choice has a box': style('.person input').opacity,
    'weeks and times are one above the other': style('.picker').gridTemplateColumns.split(' ').length,
    'nothing sticks out': document.documentElement.scrollWidth,
  };
}"""


async def test_a_booking_is_readable_without_the_css_of_the_last_years(site: Site, page: Page) -> None:
    """As in Safari 15.4: on a phone, in a page whose colours the widget follows."""

    async def of_an_old_browser(route: Route) -> None:
        response = await route.fetch()
        text = await response.text()
        for feature in CSS_SINCE_2022:
            text = text.replace(feature, f"{feature[:-1]}-of-later{feature[-1]}")
        await route.fulfill(response=response, body=text)

    await page.route(re.compile(r"[.](css|js)$"), of_an_old_browser)
    await page.add_init_script(path=AXE)
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.clock.set_fixed_time(NOW)
    await page.goto(f"{site.url}/book/dry-needling?lang=en")
    await page.locator("[part=time]").first.wait_for()
    assert await page.evaluate(LOOKS) == {
        "today has a colour": "rgb(15, 92, 92)",
        "a time has an edge": "1px",
        "a choice has a box": "1",
        "weeks and times are one above the other": 1,
        "nothing sticks out": 390,
    }
    found = await page.evaluate("axe.run(document, { runOnly: ['color-contrast'] })")
    assert found["violations"] == []


@broken
async def test_the_button_leads_to_a_booking_by_forms(site: Site, old_page: Page) -> None:
    await old_page.goto(site.url)
    await old_page.get_by_role("link", name="Book Online").first.click()
    await expect(old_page).to_have_url(re.compile(f"{site.url}/book/dry-needling[?]lang=en"))
    await old_page.get_by_role("link", name="Any available practitioner").click()
    await expect(old_page.get_by_role("heading", name="Choose a time")).to_be_visible()


@broken
async def test_the_manage_page_gives_the_phone_number(site: Site, old_page: Page) -> None:
    await old_page.goto(f"{site.url}/manage#secret")
    await expect(old_page.get_by_role("main").get_by_role("link", name=PHONE)).to_be_visible()


COLD = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<script type="module" src="{url}/widget/book-online.js"></script>
<p>Call <a href="tel:416.545.1881">416.545.1881</a></p>
<p><book-online service="dry-needling"><a href="{url}/book">Book Online</a></book-online></p>
<p><a href="{url}/book" data-book-online data-service="dry-needling">Book as well</a></p>"""


@pytest.mark.parametrize("name", ["Book Online", "Book as well"])
async def test_a_press_without_a_network_keeps_the_page_and_shows_the_number(
    site: Site, visitor: Visitor, name: str
) -> None:
    page = visitor.page
    async with page_of_another_origin(COLD.format(url=site.url)) as url:
        await visitor.loads(url)
        await page.context.set_offline(True)
        await page.get_by_role("link", name=name).click()
        number = page.get_by_role("link", name="☎ 416.545.1881")
        await expect(number).to_be_focused()
        assert await number.get_attribute("href") == "tel:416.545.1881"
        assert page.url == f"{url}/"

        await page.context.set_offline(False)
        await page.get_by_role("link", name=name).click()
        await visitor.arrives_at("Choose a time")
        await expect(number).to_have_count(0)


async def test_a_press_while_the_server_is_gone_keeps_the_page_too(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.route("**/flow/**", lambda route: route.abort())
    async with page_of_another_origin(COLD.format(url=site.url)) as url:
        await page.goto(url)
        await page.get_by_role("link", name="Book Online").click()
        await expect(page.get_by_role("link", name="☎ 416.545.1881")).to_be_visible()
        assert page.url == f"{url}/"
