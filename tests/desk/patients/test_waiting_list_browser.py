"""The waiting list in a browser: somebody is added by keyboard alone, and axe-core finds nothing."""

from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.booking.waiting_list.waiting_clinic import DAY, NINE
from tests.desk.audited_pages import findings
from tests.desk.desk_server import desk_of_browsers
from tests.desk.patients.waiting_desk import PAGE, SCREENED, at_noon, clinic_of, entries
from tests.widget.accessibility.test_axe import AXE


async def test_somebody_is_added_by_keyboard_and_the_pages_are_accessible(
    sqlite_url: str, page: Page
) -> None:
    answers = {"fear": "no", "pacemaker": "no"}
    async with desk_of_browsers(sqlite_url, SCREENED) as (desk, url):
        await at_noon(desk)
        clinic = clinic_of(desk)
        [booking] = await clinic.book(NINE + 3 * DAY, answers=answers)
        await clinic.join("a", answers=answers)
        await clinic.fill()
        await clinic.join("b", answers=answers)
        visit = booking.appointments[0].id
        link = await desk.link(await desk.member(Role.RECEPTION))
        await page.goto(f"{url}/desk/sign-in/link#{link}")
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/desk/day")
        await page.add_init_script(path=AXE)
        found = []
        for path in (PAGE, f"{PAGE}/add?visit={visit}", f"/desk/visits/{visit}"):
            await page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang=fr")
            found += await findings(page, path)

        await page.goto(f"{url}{PAGE}")
        await expect(page.get_by_text("A time is held")).to_be_visible()
        await page.get_by_role("link", name="Put somebody on the list").press("Enter")
        await expect(page.get_by_role("searchbox", name="Find the patient")).to_be_focused()
        await page.wait_for_load_state()  # Its modules set the focus too.
        await page.get_by_label("Name", exact=True).focus()
        await page.keyboard.type("Sample Caller")
        await page.get_by_label("Tuesday").press("Space")
        await page.get_by_role("button", name="Go on").press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Without an email address")
        await expect(page.get_by_label("Tuesday")).to_be_checked()
        found += await findings(page, "a mistake")
        await page.get_by_label("Email").focus()
        await page.keyboard.type("caller@example.com")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Do you have a pacemaker?")).to_be_visible()
        found += await findings(page, "questions")
        await page.keyboard.press("n")
        await page.wait_for_url(f"**{PAGE}#entry-*")
        await expect(page.get_by_role("heading", name="Sample Caller")).to_be_visible()
        assert len(await entries(desk)) == 3

        await page.get_by_text("Take off the list Sample Caller").press("Enter")
        await page.evaluate("scrollTo(0, 0)")  # The bar would lie over what axe looks at.
        found += await findings(page, "the last question")
        await page.get_by_role("button", name="Yes, take off").locator("visible=true").press("Enter")
        await expect(page.get_by_role("heading", name="Sample Caller")).to_have_count(0)
        assert found == []
