"""axe-core finds nothing on the way to the waiting list: light, dark, wide and narrow, in both languages."""

import pytest
from playwright.async_api import Page

from booking.i18n.locales import locales
from tests.support.clinics import NOW
from tests.support.graphql_client import PATIENT, practitioner_id
from tests.support.site import Site
from tests.widget.accessibility.test_axe import AXE, AxeAudit


@pytest.fixture
async def audit(page: Page) -> AxeAudit:
    await page.clock.set_fixed_time(NOW)
    await page.add_init_script(path=AXE)
    return AxeAudit(page)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_no_violation_on_the_way_to_the_list(
    site: Site, audit: AxeAudit, language: str
) -> None:
    booked = await site.api.hold_and_book("2026-12-08T07:00:00-05:00", practitionerId=practitioner_id("a"))
    await audit.page.goto(f"{site.url}/book/dry-needling?lang={language}")
    await audit.sees("[part=time]")
    await audit.clicks(".picker > .choices button")
    await audit.sees("#until")
    await audit.check("wishes")
    await audit.page.locator("#until").fill("")
    await audit.clicks("[part=primary]")
    await audit.sees("#until-wrong:not(:empty)")
    await audit.check("no last day")
    await audit.page.locator("#until").fill("2026-12-01")
    await audit.clicks("[part=primary]")
    await audit.clicks("[part=primary]")
    await audit.sees("input[name=email]")
    await audit.check("details")
    for name, value in PATIENT.items():
        await audit.page.locator(f"input[name={name}]").fill(value)
    await audit.clicks("[part=primary]")
    await audit.sees("[part=joined]")
    await audit.check("joined")

    await audit.page.goto(f"{site.url}/manage?lang={language}#{booked['manageToken']}")
    await audit.clicks(f'[part=visit] button:text-is("{locales()[language].texts["wait.title"]}")')
    await audit.sees("input[value=MONDAY]")
    await audit.check("earlier")
    await audit.clicks("[part=primary]")
    await audit.sees("[part=joined]")
    await audit.check("joined with a visit")
    await audit.clicks("[part=primary]")
    await audit.sees("[part=visit] [part=summary]")
    await audit.check("visit that waits")
    await audit.clicks("[part=visit] .choices:last-child button")
    await audit.sees("[part=primary]")
    await audit.check("leave?")
    assert audit.findings == []
