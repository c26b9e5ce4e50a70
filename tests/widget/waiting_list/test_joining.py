"""The waiting list in the dialog: from the open times to the list, and every way that ends elsewhere."""

import json
from typing import Any

from playwright.async_api import Locator, Page, Route, expect
from sqlalchemy import select

from booking.storage.models.waiting_list import WaitingListEntry
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import SAMPLE, edit_file, open_clinic
from tests.support.site import Site, running_site
from tests.widget.visitor import Visitor
from tests.widget.waiting_list.conftest import WAITING

TIMES = "Choose a time"
WISHES = "Tell me if something earlier opens"
DETAILS = "Who is coming?"
JOINED = "You are on the waiting list"
JOIN = "Put me on the list"


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=name, exact=True)


async def entries(site: Site) -> list[WaitingListEntry]:
    async with site.database.read() as session:
        return list(await session.scalars(select(WaitingListEntry)))


async def asks_to_be_told(visitor: Visitor, url: str) -> None:
    await visitor.opens(url)
    await visitor.arrives_at(TIMES)
    await visitor.button(WISHES).click()
    await visitor.arrives_at(WISHES)


async def comes_to_join(visitor: Visitor, url: str) -> None:
    """With evenings of Tuesdays."""
    await asks_to_be_told(visitor, url)
    await box(visitor.page, "Tuesday").check()
    await box(visitor.page, "Evening").check()
    await visitor.button("Continue").click()
    await visitor.answers_no()
    await visitor.fills_in()


async def goes(page: Page, *, by: int) -> None:
    """As the browser's buttons do; Playwright's own would wait for a page to load."""
    await page.evaluate(f"void history.go({by})")


async def test_a_visitor_waits_for_a_time(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.arrives_at(TIMES)
    await expect(visitor.button(WISHES)).to_be_visible()
    # Whoever only books loads nothing of it.
    assert [url for url in visitor.requests if "waiting-list" in url] == []
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.button(WISHES).click()
    await visitor.arrives_at(WISHES)
    rules = visitor.dialog.get_by_text("You then have up to 30 minutes to take it.")
    await expect(rules).to_be_visible()
    await expect(visitor.dialog.get_by_text("You hear from us 3 times a week at most.")).to_be_visible()
    await box(visitor.page, "Tuesday").check()
    await box(visitor.page, "Morning").check()
    await box(visitor.page, "Afternoon").check()
    await visitor.page.get_by_label("Until which day").fill("2026-12-04")
    await visitor.button("Continue").click()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button(JOIN).dblclick()

    await visitor.arrives_at(JOINED)
    summary = visitor.dialog.locator("dl")
    await expect(summary).to_contain_text("Monday, November 23 to Friday, December 4")
    await expect(summary).to_contain_text("Morning, Afternoon")
    await expect(summary).to_contain_text("Sample Practitioner A")
    await expect(visitor.dialog.get_by_text("The email goes to patient@example.com.")).to_be_visible()
    [entry] = await entries(site)
    assert (entry.service, entry.practitioners) == ("dry-needling", ["sample-practitioner-a"])
    assert entry.last_day.isoformat() == "2026-12-04"
    # Morning and afternoon touch: a visit may go over noon.
    assert entry.available_times == [[1, 0, 1020]]
    [contact] = await all_contacts(site.database)
    assert contact.email == "patient@example.com"
    events = await visitor.page_events()
    steps = [detail["step"] for name, detail in events if name == "step"]
    assert steps == ["time", "wishes", "screening", "join", "joined"]
    assert "booked" not in [name for name, _ in events]

    async with visitor.page.context.expect_page() as opened:
        await visitor.page.get_by_role("link", name="See the waiting list").click()
    page = await opened.value
    await expect(page.get_by_role("heading", name=JOINED)).to_be_visible()
    await expect(page.get_by_role("link", name="Leave the waiting list")).to_be_visible()
    await visitor.button("Done").click()
    await expect(visitor.dialog).to_have_count(0)


async def test_keys_alone_reach_the_list(site: Site, visitor: Visitor) -> None:
    press = visitor.page.keyboard.press
    await visitor.opens(site.url)
    await visitor.arrives_at(TIMES)
    await visitor.button(WISHES).focus()
    await press("Enter")
    await visitor.arrives_at(WISHES)
    await press("Tab")
    await expect(box(visitor.page, "Sunday")).to_be_focused()
    await press("Space")
    await press("Enter")
    await visitor.arrives_at("Does any of these apply to you?")
    await visitor.button("None of these").focus()
    await press("Enter")
    await visitor.arrives_at(DETAILS)
    await press("Tab")
    for text in ("Sample Patient", "patient@example.com", "416 555 0123"):
        await press("Tab")
        await visitor.page.keyboard.type(text)
    await press("Enter")
    await visitor.arrives_at(JOINED)
    assert [entry.available_times for entry in await entries(site)] == [[[6, 0, 1440]]]


async def test_back_and_another_language_lose_nothing(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(f"{site.url}/book/dry-needling?lang=en")
    await visitor.button(WISHES).click()
    await box(page, "Tuesday").check()
    await goes(page, by=-1)
    await visitor.arrives_at(TIMES)
    # A time can be chosen as if nothing had been asked.
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.arrives_at("Does any of these apply to you?")
    await goes(page, by=-1)
    await visitor.arrives_at(TIMES)
    await visitor.button(WISHES).click()
    await visitor.arrives_at(WISHES)
    await expect(box(page, "Tuesday")).to_be_checked()
    await visitor.button("Continue").click()
    await visitor.answers_no()
    await visitor.fills_in()

    await page.get_by_role("link", name="Français").click()
    await expect(page.get_by_role("heading", name="Vos coordonnées")).to_be_visible()
    await expect(visitor.field("Votre nom")).to_have_value("Sample Patient")
    await page.get_by_role("button", name="Retour").click()
    await page.get_by_role("button", name="Retour").click()
    await expect(box(page, "mardi")).to_be_checked()
    await goes(page, by=1)
    await goes(page, by=1)
    await page.get_by_role("button", name="M’inscrire sur la liste").click()
    await expect(page.get_by_role("heading", name="Vous êtes sur la liste d’attente")).to_be_visible()
    await expect(page.locator("[part=summary]")).to_contain_text("Du lundi 23 novembre au lundi 7 décembre")
    [entry] = await entries(site)
    assert (entry.available_times, entry.practitioners) == ([[1, 0, 1440]], ["sample-practitioner-a"])


async def test_an_answer_that_blocks_leads_to_the_phone_and_nobody_joins(
    site: Site, visitor: Visitor
) -> None:
    await asks_to_be_told(visitor, site.url)
    await visitor.button("Continue").click()
    await visitor.arrives_at("Does any of these apply to you?")
    await visitor.ticks_all()

    await visitor.arrives_at("Please call us first")
    assert await visitor.dialog.get_by_role("link", name="Call us: 416.545.1881").count() == 2
    assert (await entries(site), await all_contacts(site.database)) == ([], [])
    # The page must not learn who may not be treated.
    steps = [detail["step"] for name, detail in await visitor.page_events() if name == "step"]
    assert steps == ["time", "wishes", "screening"]


async def test_what_is_refused_is_said_where_it_is(site: Site, visitor: Visitor) -> None:
    await asks_to_be_told(visitor, site.url)
    until = visitor.page.get_by_label("Until which day")
    for day in ("2026-11-22", "2036-01-01", ""):
        await until.fill(day)
        await visitor.button("Continue").click()
        await expect(until).to_be_focused()
        await expect(until).to_have_accessible_description("Please choose a day that can be booked.")
    await until.fill("2026-12-01")
    await visitor.button("Continue").click()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.field("Email").fill("patient@nowhere")
    await visitor.button(JOIN).click()
    await expect(visitor.field("Email")).to_have_accessible_description(
        "Please check this email address. It should look like name@example.com."
    )
    await visitor.field("Email").fill("patient@example.com")
    # Meanwhile the clinic plans less far ahead.
    nearer = edit_file({'horizon = "60 days"': 'horizon = "2 days"'}, WAITING)
    await open_clinic(site.database, nearer)
    await visitor.button(JOIN).click()
    await visitor.arrives_at(WISHES)
    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("We could not put you on the list like this.")
    # And then closes its list.
    await open_clinic(site.database, SAMPLE)
    await visitor.button("Continue").click()
    await visitor.button(JOIN).click()
    await expect(alert).to_contain_text("Please call us. We are glad to help.")
    assert await entries(site) == []


async def test_an_answer_that_is_lost_makes_no_second_entry(site: Site, visitor: Visitor) -> None:
    await comes_to_join(visitor, site.url)
    sent: list[Any] = []

    async def loses_the_first(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["variables"]["input"])
        if len(sent) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await visitor.page.route("**/graphql", loses_the_first)
    await visitor.button(JOIN).click()
    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("What you chose and typed is still here.")
    await visitor.button("Try again").click()
    await visitor.arrives_at(JOINED)
    assert len(await entries(site)) == 1
    assert sent[0] == sent[1]


async def test_a_form_that_can_not_be_loaded_is_asked_for_again(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.arrives_at(TIMES)
    await visitor.page.route("**/strings/waiting-list/*", lambda route: route.abort())
    await visitor.button(WISHES).click()
    await expect(visitor.page.get_by_role("alert")).to_contain_text("We can’t reach our booking system")
    await visitor.page.unroute("**/strings/waiting-list/*")
    await visitor.button("Try again").click()
    await visitor.arrives_at(WISHES)


async def test_where_nothing_is_open_the_list_is_offered(site: Site, visitor: Visitor) -> None:
    busy = {'horizon = "60 days"': 'horizon = "2 days"', 'minimum_notice = "2 h"': 'minimum_notice = "72 h"'}
    await open_clinic(site.database, edit_file(busy, WAITING))
    await visitor.opens(site.url)
    await expect(visitor.dialog.locator(".empty")).to_be_visible()
    await visitor.button(WISHES).click()
    await visitor.arrives_at(WISHES)


async def test_a_course_and_a_clinic_without_a_list_offer_none(
    site: Site, sqlite_url: str, visitor: Visitor
) -> None:
    await visitor.page.goto(f"{site.url}/book/dry-needling-course?lang=en")
    await expect(visitor.page.locator("[part=time]").first).to_be_visible()
    await expect(visitor.button(WISHES)).to_have_count(0)
    async with running_site(sqlite_url, SAMPLE) as without:
        await visitor.opens(without.url)
        await expect(visitor.page.locator("[part=time]").first).to_be_visible()
        await expect(visitor.button(WISHES)).to_have_count(0)
    assert [url for url in visitor.requests if "waiting-list" in url] == []
