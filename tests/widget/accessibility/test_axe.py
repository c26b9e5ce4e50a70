"""axe-core finds nothing at any step: light and dark, wide and narrow, in both languages."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.support.clinics import NOW, asking_for_consent
from tests.support.graphql_client import PATIENT, practitioner_id
from tests.support.site import Site, page_of_another_origin, running_site

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
PAGE = """<!doctype html><html lang="{language}"><head><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width"><title>A page</title>
<style>body {{ background: Canvas; color: CanvasText }}</style>
<script type="module" src="{url}/widget/book-online.js"></script></head>
<body><main><h1>A page</h1><book-online>Book Online</book-online></main></body></html>"""

PALE_IN_THE_DARK = "heading => heading.style.color = 'light-dark(#000, #333)'"

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 320)

# Every rule there is, best practices and experiments too. What axe can't decide counts as found. A scheme
# differs in its colours alone: in the dark only the rules of colour are asked again.
FINDINGS = """async (onlyColours = false) => {
  const without = [
    'color-contrast-enhanced',  // Level AAA.
    'css-orientation-lock',  // Reads the text of style sheets; adopted ones have none.
    'hidden-content',  // Reminds of steps that are not shown; we show each in turn.
  ];
  const values = axe.getRules(onlyColours ? ['cat.color'] : undefined)
    .map(({ ruleId }) => ruleId).filter((ruleId) => !without.includes(ruleId));
  const resultTypes = ['violations', 'incomplete'];
  const found = await axe.run(document, { runOnly: { type: 'rule', values }, resultTypes, elementRef: true });
  // The arrow of a list is drawn with a gradient, which axe does not look past.
  const isArrow = ({ html, any }) => html.startsWith('<select') && any[0]?.data?.messageKey === 'bgGradient';
  // On a phone practitioners stand in a row that is wider than it; axe does not look beyond the edge.
  const isBeyondEdge = ({ element, any }) => innerWidth < 640 && element.closest('.people')
    && ['bgOverlap', 'elmPartiallyObscured', 'elmPartiallyObscuring'].includes(any[0]?.data?.messageKey);
  return [...found.violations, ...found.incomplete].flatMap(({ id, nodes }) =>
    nodes.filter((node) => !isArrow(node) && !isBeyondEdge(node)).map(({ target, any, all, none }) =>
      `${id}: ${target.flat().join(' ')}: ${[...any, ...all, ...none].map(({ message }) => message)}`));
}"""


class AxeAudit:
    """Finds its way by the parts of the widget, which are the same in every language."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.findings: list[str] = []

    async def check(self, step: str) -> None:
        for scheme, width in product(SCHEMES, WIDTHS):
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.set_viewport_size({"width": width, "height": 800})
            found: list[str] = await self.page.evaluate(FINDINGS, scheme == "dark")
            self.findings += [f"{step}, {scheme}, {width} px: {finding}" for finding in found]

    async def clicks(self, selector: str) -> None:
        await self.page.locator(selector).first.click()

    async def sees(self, selector: str) -> None:
        await expect(self.page.locator(selector).first).to_be_visible()

    async def comes_to_screening(self) -> None:
        await self.clicks("[part=day]")
        await self.clicks("[part=time]")
        await self.sees("input[type=checkbox]")

    async def ticks_all(self) -> None:
        for question in await self.page.locator("input[type=checkbox]").all():
            await question.check()
        await self.check("screening, ticked")
        await self.clicks("[part=primary]")


@pytest.fixture
async def audit(page: Page) -> AxeAudit:
    await page.clock.set_fixed_time(NOW)
    # Not as a script of the page, which its policy would forbid.
    await page.add_init_script(path=AXE)
    return AxeAudit(page)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_no_violation_in_any_step(site: Site, audit: AxeAudit, language: str) -> None:
    async with page_of_another_origin(PAGE.format(url=site.url, language=language)) as url:
        await audit.page.goto(url)
        await audit.clicks("[part=control]")
        await audit.sees("button[part=choice]")
        await audit.check("service")
        await audit.clicks("button[part=choice]")
        await audit.sees("[part=time]")
        await audit.check("time")
        await audit.comes_to_screening()
        await audit.check("screening")
        await audit.clicks("[part=primary]")
        await audit.sees("input[name=email]")
        await audit.clicks("[part=primary]")
        await audit.sees(".field .wrong:not(:empty)")
        await audit.check("details that are wrong")
        for name, value in PATIENT.items():
            await audit.page.locator(f"input[name={name}]").fill(value)
        await audit.clicks("[part=primary]")
        await audit.sees("[part=reference]")
        await audit.check("confirmed")

        await audit.clicks("[part=primary]")
        await audit.clicks("[part=control]")
        await audit.clicks("button[part=choice]")
        await audit.comes_to_screening()
        await audit.ticks_all()
        await audit.sees("[part=call]")
        await audit.check("call")
    assert audit.findings == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_no_violation_beside_a_text_to_agree_to(
    sqlite_url: str, audit: AxeAudit, language: str
) -> None:
    async with running_site(sqlite_url, asking_for_consent()) as site:
        await audit.page.goto(f"{site.url}/book/physiotherapy-assessment?lang={language}")
        await audit.clicks("[part=time]")
        await audit.sees("[part=consent]")
        await audit.check("consent")
        await audit.clicks("[part=primary]")
        await audit.sees("[part=consent] .wrong:not(:empty)")
        await audit.check("consent that is missing")
        await audit.page.locator("input[name=consent]").check()
        await audit.check("consent that is given")
    assert audit.findings == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_no_violation_on_the_served_pages(site: Site, audit: AxeAudit, language: str) -> None:
    booked = await site.api.hold_and_book("2026-11-24T07:00:00-05:00", practitionerId=practitioner_id("a"))
    # Long enough before the visit to change it: the notice is a day.
    site.clock.now -= timedelta(hours=1)

    await audit.page.goto(f"{site.url}/?lang={language}")
    await audit.sees("[part=control]")
    await audit.check("sample page")
    await audit.page.goto(f"{site.url}/book/dry-needling-course?lang={language}")
    await audit.sees("[part=time]")
    await audit.check("hosted page")
    await audit.clicks("[part=day]")
    await audit.clicks("[part=time]")
    await audit.sees("[part=chosen]")
    await audit.check("times of a course")
    await audit.page.goto(f"{site.url}/manage?lang={language}#{booked['manageToken']}")
    await audit.sees("[part=visit]")
    await audit.check("manage page")
    await audit.clicks("[part=visit] button >> nth=0")
    await audit.sees("[part=time]")
    await audit.check("another time")
    await audit.clicks("[part=back]")
    await audit.clicks("[part=visit] button >> nth=1")
    await audit.sees("[part=primary]")
    await audit.check("cancel?")
    await audit.page.context.set_offline(True)
    await audit.clicks("[part=primary]")
    await audit.sees("[part=notice] button")
    await audit.check("no network")
    await audit.page.context.set_offline(False)
    await audit.clicks("[part=notice] button")
    await audit.sees(".visit.cancelled")
    await audit.check("cancelled")
    await audit.page.goto(f"{site.url}/manage?lang={language}#nonsense")
    await audit.sees(".content > p")
    await audit.check("a link that is not valid")
    assert audit.findings == []


async def test_axe_finds_a_violation_inside_the_dialog(site: Site, audit: AxeAudit) -> None:
    """Else there would be nothing to find in the other tests."""
    async with page_of_another_origin(PAGE.format(url=site.url, language="en")) as url:
        await audit.page.goto(url)
        await audit.clicks("[part=control]")
        await audit.sees("button[part=choice]")
        await audit.page.locator("[part=heading]").evaluate(PALE_IN_THE_DARK)
        await audit.page.locator("[part=close]").evaluate("button => button.removeAttribute('aria-label')")
        await audit.check("service")

    found = [finding.split(": ")[:2] for finding in audit.findings]
    assert sorted(found) == sorted(
        [f"service, {scheme}, {width} px", rule]
        for width in WIDTHS
        for scheme, rule in (("light", "button-name"), ("dark", "color-contrast"))
    )
