"""The screens of the clinic in a browser: a preview that follows the typing, added rows, and axe."""

import pytest
from playwright.async_api import Page, expect

from tests.desk.audited_pages import findings
from tests.desk.clinic.clinic_screens import history, item, send
from tests.desk.desk_server import Desk
from tests.widget.accessibility.test_axe import AXE

PERSON = "/desk/clinic/practitioners/sample-practitioner-a"
SERVICE = "/desk/clinic/services/physiotherapy-assessment"


async def sign_in(served: tuple[Desk, str], page: Page) -> str:
    desk, url = served
    await page.goto(f"{url}/desk/sign-in/link#{await desk.link(await desk.member())}")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/desk/day")
    return url


async def test_the_preview_follows_the_typing_and_saves_nothing(served: tuple[Desk, str], page: Page) -> None:
    url = await sign_in(served, page)
    await page.goto(url + SERVICE)
    preview = page.get_by_role("complementary", name="As a patient will see it")
    await expect(preview).to_contain_text("$120")

    await page.get_by_label("Price", exact=True).fill("99.50")
    await expect(preview).to_contain_text("$99.50")
    await page.locator("#name-en").fill("Another sample name")
    await expect(preview.get_by_role("heading", name="Another sample name")).to_be_visible()

    assert await history(served[0]) == []


async def test_rows_and_spans_are_added_and_saved(served: tuple[Desk, str], page: Page) -> None:
    url = await sign_in(served, page)
    await page.goto(url + PERSON)

    await page.get_by_role("button", name="Add a certificate").click()
    certificate = page.get_by_role("group", name="Certificates").get_by_role("group").last
    await certificate.get_by_label("Kind").fill("acupuncture")
    await certificate.get_by_label("Valid until").fill("2030-01-31")
    friday = page.locator(".week .day").filter(has_text="Friday")
    await friday.get_by_role("button").click()
    await friday.get_by_label("Friday: from").last.fill("08:00")
    await friday.get_by_label("Friday: to").last.fill("12:00")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".toast")).to_contain_text("Saved")

    person = await item(served[0], "practitioners", "sample-practitioner-a")
    assert [each["kind"] for each in person["certifications"]] == ["acupuncture", "dry-needling"]
    assert person["hours"][0]["week"]["fri"] == ["08:00-12:00"]

    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", name="History of changes", level=1)).to_be_visible()
    assert len((await item(served[0], "practitioners", "sample-practitioner-a"))["certifications"]) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_axe_finds_nothing(served: tuple[Desk, str], page: Page, language: str) -> None:
    owner = await served[0].signed_in(name="Sample Owner 2")
    await send(owner, SERVICE, {"price": "125.00"})
    await page.add_init_script(path=AXE)
    url = await sign_in(served, page)
    found = []
    for path in ("", "/services/new", "/practitioners/sample-practitioner-a", "/reminders", "/history"):
        await page.goto(f"{url}/desk/clinic{path}?lang={language}")
        found += await findings(page, path)
    await page.goto(f"{url}{SERVICE}?lang={language}")
    await page.locator("#duration").fill("7")
    await page.locator("[name='duration.unit']").select_option("min")
    await page.locator("form[data-clinic] button.primary").click()
    await page.locator("#duration-wrong").wait_for()
    found += await findings(page, "mistakes")

    assert found == []
