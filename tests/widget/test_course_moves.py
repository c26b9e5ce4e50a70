"""The visits of a course are moved together on the page behind its link."""

import re

from playwright.async_api import expect

from tests.support.graphql_client import practitioner_id
from tests.support.site import Site
from tests.widget.visitor import Visitor

A = practitioner_id("a")
TIMES = [f"2026-{day}T09:00:00-05:00" for day in ("11-24", "12-01", "12-08")]


async def book_course(site: Site) -> str:
    held = await site.api.hold_course(TIMES, practitionerId=A)
    return str((await site.api.book_course(held["holdTokens"]))["manageToken"])


async def starts(site: Site, token: str) -> list[str]:
    seen = await site.api.appointment(token)
    assert seen is not None
    return [visit["startsAt"][5:16] for visit in seen["course"]["appointments"]]


async def test_a_course_is_moved_a_week_on_around_a_time_that_is_taken(site: Site, visitor: Visitor) -> None:
    page, token = visitor.page, await book_course(site)
    await page.goto(f"{site.url}/manage#{token}")
    await visitor.button("Move all visits together").click()
    await visitor.arrives_at("Move your visits together")
    planned = page.locator("[part~=chosen] li")
    await expect(planned).to_have_count(3)
    await expect(planned.nth(2)).to_contain_text("Tuesday, December 15, 9:00 a.m.")

    # Another time for one of them, among those of the whole course.
    await visitor.button("Change visit 1").click()
    await visitor.arrives_at("When would you like to come instead?")
    await page.get_by_role("button", name="9:15 a.m.").first.click()
    await expect(planned.first).to_contain_text("Tuesday, December 1, 9:15 a.m.")

    # Somebody takes the last time meanwhile: nothing is moved, and another one is chosen.
    await site.api.hold_and_book("2026-12-15T09:00:00-05:00", practitionerId=A)
    await visitor.button("Move 3 visits").click()
    alert = page.get_by_role("alert")
    await expect(alert.locator("s")).to_have_text("Tue, Dec 15, 9:00 a.m.")
    assert await starts(site, token) == [time[5:16] for time in TIMES]
    other = alert.get_by_role("button").first
    (time,) = re.findall(r"\d+:\d\d", await other.text_content() or "")
    await other.click()
    await expect(planned.nth(2)).to_contain_text(f"Tuesday, December 15, {time}")
    await visitor.button("Move 3 visits").click()

    await expect(alert).to_contain_text("Your visits are moved.")
    first, second, third = await starts(site, token)
    assert (first, second, third[:5]) == ("12-01T09:15", "12-08T09:00", "12-15")


async def test_the_day_of_the_next_visit_is_chosen(site: Site, visitor: Visitor) -> None:
    page, token = visitor.page, await book_course(site)
    await page.goto(f"{site.url}/manage?lang=fr#{token}")
    await visitor.button("Déplacer tous les rendez-vous ensemble").click()
    await page.get_by_label("Jour du prochain rendez-vous").fill("2026-11-26")
    planned = page.locator("[part~=chosen] li")
    await expect(planned.nth(2)).to_contain_text("jeudi 10 décembre")

    await visitor.button("Déplacer 3 rendez-vous").click()
    await expect(page.get_by_role("alert")).to_contain_text("Vos rendez-vous sont déplacés.")
    assert await starts(site, token) == ["11-26T09:00", "12-03T09:00", "12-10T09:00"]


async def test_any_practitioner_takes_all_visits_where_theirs_is_not_free(
    site: Site, visitor: Visitor
) -> None:
    page, token = visitor.page, await book_course(site)
    await site.api.hold_and_book("2026-12-15T09:00:00-05:00", practitionerId=A)
    await page.goto(f"{site.url}/manage#{token}")
    await visitor.button("Move all visits together").click()
    planned = page.locator("[part~=chosen] li")
    await expect(planned.nth(2)).to_contain_text("December 15, 8:15 a.m.")
    await visitor.button("Show other practitioners").click()
    someone = page.get_by_role("radiogroup", name="Practitioner").get_by_role("radio")
    await expect(someone.and_(page.get_by_label("Sample Practitioner A"))).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(planned.nth(2)).to_contain_text("December 15, 9:00 a.m.")
    await expect(planned.nth(2)).to_contain_text("Sample Practitioner C")
    await expect(someone.and_(page.get_by_label("Any available practitioner"))).to_be_focused()

    await visitor.button("Move 3 visits").click()
    await expect(page.get_by_role("alert")).to_contain_text("Your visits are moved.")
    assert await starts(site, token) == ["12-01T09:00", "12-08T09:00", "12-15T09:00"]
