"""axe-core finds nothing on any page without a script, and nothing is wider than a small phone."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browsers import TIMEOUT_MS
from tests.support.clinics import asking_for_consent, open_clinic
from tests.web.noscript.server import Server

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FINISH = "document.getAnimations().forEach((animation) => animation.finish())"
"""Ends animations that would delay the test by seconds."""
WIDTHS = (1280, 320)
"""320 pixels are also what is left of 1280 at 400 %."""

# Every rule there is, best practices and experiments too, but for contrast of level AAA. A scheme differs in
# its colours alone: in the dark only the rules of colour are asked again.
FINDINGS = """async (onlyColours = false) => {
  const values = axe.getRules(onlyColours ? ['cat.color'] : undefined)
    .map(({ ruleId }) => ruleId).filter((ruleId) => ruleId !== 'color-contrast-enhanced');
  const found = await axe.run(document, { resultTypes: ['violations'], runOnly: { type: 'rule', values } });
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(' ')}: ${failureSummary}`));
}"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Pointers: links within a sentence may be smaller (WCAG 2.5.8).
TOO_SMALL = """[...document.querySelectorAll(
    'main :is(button, select, summary, .card, .quiet, .input, .answer)'
  )].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"""


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Runs axe-core's script, and blocks the pages' own."""
    context = await browser.new_context()
    context.set_default_timeout(TIMEOUT_MS)
    opened = await context.new_page()
    await opened.route("**/*.js", lambda route: route.abort())
    yield opened
    await context.close()


async def findings(page: Page, name: str) -> list[str]:
    found = []
    await page.wait_for_load_state()  # a page can be read before its styles are there
    await page.evaluate(AXE.read_text("utf-8"))
    await page.evaluate(FINISH)
    for scheme, width in product(SCHEMES, WIDTHS):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 800})
        seen: list[str] = await page.evaluate(FINDINGS, scheme == "dark")
        seen += [f"too small: {small}" for small in await page.evaluate(TOO_SMALL)]
        if wide := await page.evaluate(TOO_WIDE):
            seen.append(f"{wide} pixels too wide")
        found += [f"{name}, {scheme}, {width} px: {finding}" for finding in seen]
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_page_of_a_visit_is_accessible(server: Server, page: Page, language: str) -> None:
    primary = page.locator("button.primary")

    async def sees(selector: str) -> None:
        await expect(page.locator(selector).first).to_be_visible()

    async def ticks(boxes: str) -> None:
        for box in await page.locator(boxes).all():
            await box.check()
        await primary.click()

    await page.goto(f"{server.url}/book?lang={language}")
    found = await findings(page, "services")
    await page.locator(".card").first.click()
    await sees(".about")
    found += await findings(page, "practitioners")
    await page.locator(".card").first.click()
    await sees("details")
    found += await findings(page, "times")
    await page.locator("button.time").first.click()
    await sees("fieldset")
    found += await findings(page, "questions")
    await primary.click()
    await sees("[role=alert]")
    found += await findings(page, "questions without answers")
    pregnant = page.locator("[name=applies]").first
    await pregnant.check()
    found += await findings(page, "questions, ticked")
    await pregnant.uncheck()
    await ticks("[name=none]")
    await sees("#name")
    found += await findings(page, "details")
    await primary.click()
    await sees("[role=alert]")
    found += await findings(page, "details that are wrong")
    await page.locator("#name").fill("Sample Patient")
    await page.locator("#email").fill("patient@example.com")
    await page.locator("#phone").fill("416 555 0123")
    await primary.click()
    await sees(".reference")
    found += await findings(page, "confirmed")
    await page.goto(f"{server.url}/book/dry-needling/times?lang={language}")
    await page.locator("button.time").first.click()
    await sees("fieldset")
    await ticks("[name=applies]")
    await sees(".call-us")
    found += await findings(page, "call")
    assert found == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_text_to_agree_to_is_accessible(server: Server, page: Page, language: str) -> None:
    await open_clinic(server.database, asking_for_consent())
    await page.goto(f"{server.url}/book/physiotherapy-assessment/times?lang={language}")
    await page.locator("button.time").first.click()
    await expect(page.locator("#consent")).to_be_visible()
    found = await findings(page, "consent")
    await page.locator("button.primary").click()
    await expect(page.locator("#consent-wrong")).to_be_visible()
    found += await findings(page, "consent that is missing")
    await page.locator("#consent").check()
    found += await findings(page, "consent that is given")
    assert found == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_page_of_a_course_is_accessible(server: Server, page: Page, language: str) -> None:
    found: list[str] = []
    await page.goto(f"{server.url}/book/dry-needling-course/times?lang={language}&with=sample-practitioner-a")
    for place in range(3):
        await page.locator("button.time").first.click()
        await expect(page.locator(".chosen li")).to_have_count(place + 1)
        if place == 0:
            found += await findings(page, "second visit")
    found += await findings(page, "all visits")
    [first, *_] = page.url.partition("at=")[2].split("&")
    await server.hold_choice(first)
    await page.locator("button.primary").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    found += await findings(page, "taken")
    assert found == []


async def test_the_widget_replaces_the_fallback_before_that_shows(server: Server, browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{server.url}/book", wait_until="commit")
    await expect(page.locator(".fallback")).to_be_attached()
    await expect(page.locator(".fallback")).not_to_be_visible()
    await expect(page.locator("book-online").get_by_role("heading").first).to_be_visible()
    await expect(page.locator(".fallback")).not_to_be_visible()
    await context.close()


async def test_the_fallback_shows_if_the_script_never_loads(server: Server, page: Page) -> None:
    await page.goto(f"{server.url}/book")
    await page.evaluate(FINISH)
    await page.get_by_role("link", name="Physiotherapy follow-up").click()
    await page.evaluate(FINISH)
    await page.get_by_role("link", name="Any available practitioner").click()

    await expect(page.get_by_role("heading", name="Choose a time")).to_be_visible()
