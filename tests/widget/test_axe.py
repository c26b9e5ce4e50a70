"""What axe-core finds at every step, light and dark, wide and narrow, in both languages: nothing."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.support.clinics import NOW
from tests.support.graphql_client import PATIENT, practitioner_id
from tests.support.site import Site, page_of_another_origin

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGE = """<!doctype html><html lang="{language}"><head><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width"><title>A page</title>
<style>body {{ background: Canvas; color: CanvasText }}</style>
<script type="module" src="{url}/widget/book-online.js"></script></head>
<body><main><h1>A page</h1><book-online>Book Online</book-online></main></body></html>"""

PALE_IN_THE_DARK = "heading => heading.style.color = 'light-dark(#000, #333)'"

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 320)

# Every rule there is, best practices and experiments too. What axe can't decide counts as found.
FINDINGS = """async () => {
  const without = [
    'color-contrast-enhanced',  // Level AAA.
    'css-orientation-lock',  // Reads the text of style sheets; adopted ones have none.
    'hidden-content',  // Reminds of steps that are not shown; we show each in turn.
  ];
  const rules = axe.getRules().map(({ ruleId }) => [ruleId, { enabled: !without.includes(ruleId) }]);
  const resultTypes = ['violations', 'incomplete'];
  const found = await axe.run(document, { rules: Object.fromEntries(rules), resultTypes });
  // The arrow of a list is drawn with a gradient, which axe does not look past.
  const isArrow = ({ html, any }) => html.startsWith('<select') && any[0]?.data?.messageKey === 'bgGradient';
  return [...found.violations, ...found.incomplete].flatMap(({ id, nodes }) =>
    nodes.filter((node) => !isArrow(node)).map(({ target, any, all, none }) =>
      `${id}: ${target.flat().join(' ')}: ${[...any, ...all, ...none].map(({ message }) => message)}`));
}"""


class Examiner:
    """Walks by the parts of the widget, which are the same in every language."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.findings: list[str] = []

    async def looks_at(self, step: str) -> None:
        for scheme, width in product(SCHEMES, WIDTHS):
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.set_viewport_size({"width": width, "height": 800})
            found: list[str] = await self.page.evaluate(FINDINGS)
            self.findings += [f"{step}, {scheme}, {width} px: {finding}" for finding in found]

    async def presses(self, selector: str) -> None:
        await self.page.locator(selector).first.click()

    async def sees(self, selector: str) -> None:
        await expect(self.page.locator(selector).first).to_be_visible()

    async def comes_to_screening(self) -> None:
        await self.presses("[part=day]")
        await self.presses("[part=time]")
        await self.sees("[role=radiogroup]")

    async def answers(self, answer: str) -> None:
        for question in await self.page.locator(f"input[value={answer}]").all():
            await question.check()
        await self.presses("[part=primary]")


@pytest.fixture
async def examiner(page: Page) -> Examiner:
    await page.clock.set_fixed_time(NOW)
    # Not as a script of the page, which its policy would forbid.
    await page.add_init_script(path=AXE)
    return Examiner(page)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_step_of_the_dialog(site: Site, examiner: Examiner, language: str) -> None:
    async with page_of_another_origin(PAGE.format(url=site.url, language=language)) as url:
        await examiner.page.goto(url)
        await examiner.presses("[part=control]")
        await examiner.sees("button[part=choice]")
        await examiner.looks_at("service")
        await examiner.presses("button[part=choice]")
        await examiner.sees("[part=time]")
        await examiner.looks_at("time")
        await examiner.comes_to_screening()
        await examiner.looks_at("screening")
        await examiner.presses("[part=primary]")
        await examiner.sees("[aria-invalid=true] .wrong")
        await examiner.looks_at("screening without answers")
        await examiner.answers("NO")
        await examiner.sees("input[name=email]")
        await examiner.presses("[part=primary]")
        await examiner.sees(".field .wrong:not(:empty)")
        await examiner.looks_at("details that are wrong")
        for name, value in PATIENT.items():
            await examiner.page.locator(f"input[name={name}]").fill(value)
        await examiner.presses("[part=primary]")
        await examiner.sees("[part=reference]")
        await examiner.looks_at("confirmed")

        await examiner.presses("[part=primary]")
        await examiner.presses("[part=control]")
        await examiner.presses("button[part=choice]")
        await examiner.comes_to_screening()
        await examiner.answers("YES")
        await examiner.sees("[part=call]")
        await examiner.looks_at("call")
    assert examiner.findings == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_pages_that_we_serve(site: Site, examiner: Examiner, language: str) -> None:
    booked = await site.api.hold_and_book("2026-11-24T07:00:00-05:00", practitionerId=practitioner_id("a"))
    # Long enough before the visit to change it: the notice is a day.
    site.clock.now -= timedelta(hours=1)

    await examiner.page.goto(f"{site.url}/?lang={language}")
    await examiner.sees("[part=control]")
    await examiner.looks_at("sample page")
    await examiner.page.goto(f"{site.url}/book/dry-needling-course?lang={language}")
    await examiner.sees("[part=time]")
    await examiner.looks_at("hosted page")
    await examiner.presses("[part=day]")
    await examiner.presses("[part=time]")
    await examiner.sees("[part=chosen]")
    await examiner.looks_at("times of a course")
    await examiner.page.goto(f"{site.url}/manage?lang={language}#{booked['manageToken']}")
    await examiner.sees("[part=visit]")
    await examiner.looks_at("manage page")
    await examiner.presses("[part=visit] button >> nth=0")
    await examiner.sees("[part=time]")
    await examiner.looks_at("another time")
    await examiner.presses("[part=back]")
    await examiner.presses("[part=visit] button >> nth=1")
    await examiner.sees("[part=primary]")
    await examiner.looks_at("cancel?")
    await examiner.page.context.set_offline(True)
    await examiner.presses("[part=primary]")
    await examiner.sees("[part=notice] button")
    await examiner.looks_at("no network")
    await examiner.page.context.set_offline(False)
    await examiner.presses("[part=notice] button")
    await examiner.sees(".visit.cancelled")
    await examiner.looks_at("cancelled")
    await examiner.page.goto(f"{site.url}/manage?lang={language}#nonsense")
    await examiner.sees(".content > p")
    await examiner.looks_at("a link that is not valid")
    assert examiner.findings == []


async def test_what_is_wrong_inside_the_dialog_is_found(site: Site, examiner: Examiner) -> None:
    """Else there would be nothing to find in the other tests."""
    async with page_of_another_origin(PAGE.format(url=site.url, language="en")) as url:
        await examiner.page.goto(url)
        await examiner.presses("[part=control]")
        await examiner.sees("button[part=choice]")
        await examiner.page.locator("[part=heading]").evaluate(PALE_IN_THE_DARK)
        await examiner.page.locator("[part=close]").evaluate("button => button.removeAttribute('aria-label')")
        await examiner.looks_at("service")

    found = [finding.split(": ")[:2] for finding in examiner.findings]
    assert sorted(found) == sorted(
        [f"service, {scheme}, {width} px", rule]
        for width in WIDTHS
        for scheme, rule in (("light", "button-name"), ("dark", "button-name"), ("dark", "color-contrast"))
    )
