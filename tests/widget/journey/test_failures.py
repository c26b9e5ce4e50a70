"""Failures are explained, with the phone number, and nothing typed is lost."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Route, expect
from sqlalchemy import func, select

from booking.storage.models.holds import Hold
from tests.booking.patients.stored_contacts import all_topics
from tests.support.clinics import edit_file, small_clinic
from tests.support.graphql_client import practitioner_id
from tests.support.site import Site, running_site
from tests.widget.visitor import Visitor

TUESDAY_AT_7 = "2026-11-24T07:00:00-05:00"
WITH_A = {"practitionerId": practitioner_id("a")}
HOLD_ENDS = timedelta(minutes=6)


async def test_a_blocking_answer_leads_to_the_phone_and_nothing_is_kept(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.arrives_at("Does any of these apply to you?")
    assert not await site.is_open("2026-11-24", "07:00")
    await visitor.ticks_all()

    await visitor.arrives_at("Please call us first")
    assert await visitor.dialog.get_by_role("link", name="Call us: 416.545.1881").count() == 2
    await expect(visitor.dialog.get_by_text("Open today until 7:00 p.m.").first).to_be_visible()
    assert await site.count_appointments() == 0
    await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))
    # The page must not learn who may not be treated.
    steps = [detail["step"] for name, detail in await visitor.page_events() if name != "open"]
    assert steps == ["time", "screening"]

    await visitor.dialog.get_by_role("button", name="Physiotherapy assessment").click()
    await visitor.arrives_at("Choose a time")
    await expect(visitor.dialog.get_by_text("Physiotherapy assessment")).to_be_visible()


async def test_a_question_whose_no_matters_is_asked_for_itself(sqlite_url: str, visitor: Visitor) -> None:
    """It is marked until it has an answer, and what is ticked beside it is kept."""
    last = 'fr = "Les aiguilles sont en acier." }\nyes = "tell"\nno = '
    async with running_site(sqlite_url, edit_file({f'{last}"cleared"': f'{last}"call"'})) as site:
        await visitor.opens(site.url)
        await visitor.chooses_practitioner()
        await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
        await visitor.arrives_at("A few questions first")
        dialog = visitor.dialog
        await dialog.get_by_role("checkbox", name="Afraid of needles").check()
        await dialog.get_by_role("radio", name="Not sure").last.check()
        await visitor.button("Continue with what I ticked").click()

        metals = dialog.get_by_role("radiogroup", name="Are you allergic to metals, such as nickel?")
        await expect(metals.get_by_role("radio", name="Yes")).to_be_focused()
        await expect(metals).to_have_attribute("aria-invalid", "true")
        await expect(dialog.get_by_text("Please choose an answer.")).to_have_count(1)
        await metals.get_by_role("radio", name="Yes").check()
        await visitor.button("Continue with what I ticked").click()
        await visitor.fills_in()
        await visitor.button("Book this visit").click()
        await visitor.is_booked()
        assert await all_topics(site.database) == [["needle-fear", "metal-allergy"]]


async def test_a_field_is_checked_once_it_is_left_and_a_slip_is_asked_about(
    site: Site, visitor: Visitor
) -> None:
    await visitor.comes_to_details(site.url)
    email, phone = visitor.field("Email"), visitor.field("Phone")
    await phone.fill("416 5")
    await email.fill("patient")
    await expect(email).not_to_have_attribute("aria-invalid", "true")
    await phone.focus()
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(phone).to_have_attribute("aria-invalid", "true")

    await email.fill("patient@gmial.com")
    await email.press("Tab")
    await visitor.button("Did you mean gmail.com?").click()
    await expect(email).to_have_value("patient@gmail.com")
    await expect(email).to_be_focused()
    await expect(visitor.button("Did you mean gmail.com?")).to_have_count(0)
    # Enter goes to the next field that is empty, and books from none.
    await phone.fill("")
    await email.press("Enter")
    await expect(phone).to_be_focused()
    await phone.fill("416 555 0123")
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_invalid_details_are_marked_at_their_fields(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    await visitor.field("Your name").fill("")
    await visitor.button("Book this visit").click()
    await expect(visitor.field("Your name")).to_be_focused()
    await expect(visitor.field("Your name")).to_have_accessible_description("Please enter your name.")

    await visitor.field("Your name").fill("Sample Patient")
    await visitor.field("Email").fill("patient@nowhere")
    await visitor.field("Phone").fill("12")
    await visitor.button("Book this visit").click()
    await expect(visitor.field("Email")).to_be_focused()
    await expect(visitor.field("Email")).to_have_accessible_description(
        re.compile("Please check this email address")
    )
    await expect(visitor.field("Phone")).to_have_attribute("aria-invalid", "true")
    await expect(visitor.field("Your name")).to_have_attribute("aria-invalid", "false")
    assert await site.count_appointments() == 0


async def test_a_time_taken_meanwhile_is_answered_with_other_times(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.button("Tuesday, November 24").click()
    await expect(visitor.time("7:00 a.m.")).to_be_visible()
    await site.api.hold_and_book(TUESDAY_AT_7, **WITH_A)
    await visitor.time("7:00 a.m.").click()

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("Somebody else has just taken this time.")
    await expect(visitor.page.locator("p.taken:has(s)")).to_have_text("7:00 a.m.just taken")
    await alert.get_by_role("button", name="Tue, Nov 24, 8:00 a.m. 1 hr later").click()
    await visitor.arrives_at("Does any of these apply to you?")


async def test_an_expired_hold_is_quietly_taken_again(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    site.clock.now += HOLD_ENDS
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    await expect(visitor.page.get_by_text("Tuesday, November 24, 7:00 a.m.")).to_be_visible()
    assert await site.count_appointments() == 1


async def test_an_expired_hold_whose_time_was_sold_leads_to_other_times(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    site.clock.now += HOLD_ENDS
    await site.api.hold_and_book(TUESDAY_AT_7, **WITH_A)
    await visitor.button("Book this visit").click()

    await visitor.arrives_at("Choose a time")
    await expect(visitor.heading("Tuesday, November 24")).to_be_visible()
    await visitor.page.get_by_role("alert").get_by_role("button", name="Tue, Nov 24, 8:00 a.m.").click()
    # Straight back: the answers are judged already, and what was typed is there.
    await visitor.arrives_at("Who is coming?")
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_a_request_without_a_network_can_be_tried_again(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    await visitor.page.context.set_offline(True)
    await visitor.button("Book this visit").click()

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("We can’t reach our booking system right now.")
    await expect(visitor.dialog.get_by_role("link", name="Call us: 416.545.1881")).to_be_visible()
    await expect(visitor.field("Email")).to_have_value("patient@example.com")
    await visitor.page.context.set_offline(False)
    await alert.get_by_role("button", name="Try again").click()
    await visitor.is_booked()
    assert await site.count_appointments() == 1


async def test_an_answer_that_was_lost_books_once(site: Site, visitor: Visitor) -> None:
    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await visitor.comes_to_details(site.url)
    await visitor.page.route("**/graphql", lose)
    await visitor.button("Book this visit").click()
    await visitor.page.get_by_role("alert").get_by_role("button", name="Try again").wait_for()
    assert await site.count_appointments() == 1
    await visitor.page.unroute("**/graphql")
    site.clock.now += HOLD_ENDS
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    assert await site.count_appointments() == 1


async def test_a_time_whose_answer_was_lost_is_not_taken_from_oneself(site: Site, visitor: Visitor) -> None:
    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await visitor.opens(site.url)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.page.route("**/graphql", lose)
    await visitor.page.get_by_role("button", name="9:00 a.m.").first.click()
    again = visitor.page.get_by_role("alert").get_by_role("button", name="Try again")
    await again.wait_for()
    await visitor.page.unroute("**/graphql")

    await again.click()

    await visitor.arrives_at("Does any of these apply to you?")
    async with site.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Hold)) == 1


async def test_an_invalid_response_can_be_tried_again(site: Site, visitor: Visitor) -> None:
    nonsense = [
        (503, "<h1>Busy</h1>"),
        (200, "<h1>Proxy</h1>"),
        (429, '{"errors": [{}]}'),
        (200, '{"data": null}'),
    ]
    answers = iter(nonsense)

    async def answer(route: Route) -> None:
        status, body = next(answers)
        await route.fulfill(status=status, body=body)

    await visitor.page.route("**/graphql", answer, times=len(nonsense))
    await visitor.opens(site.url)
    alert = visitor.page.get_by_role("alert")
    for _ in nonsense:
        await expect(alert).to_contain_text("We can’t reach our booking system right now.")
        # Not known from the server yet, but the page says it.
        await expect(visitor.dialog.get_by_role("link", name="Call us: 416.545.1881")).to_be_visible()
        await alert.get_by_role("button", name="Try again").click()
    await visitor.arrives_at("Choose a time")
    assert next(answers, None) is None


async def test_going_back_to_take_a_time_close_by(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:15 a.m.")
    await visitor.arrives_at("Does any of these apply to you?")
    assert await site.is_taken("2026-11-24", "07:30")
    await visitor.button("Back").click()

    await expect(visitor.heading("Tuesday, November 24")).to_be_visible()
    former = visitor.page.get_by_role("button", name="7:15 a.m.")
    await expect(former).to_have_attribute("aria-current", "true")
    await visitor.page.get_by_role("button", name="7:30 a.m.").click()
    await visitor.arrives_at("Does any of these apply to you?")
    # 7:30 and its 45 minutes are kept, and nothing else: neither would fit beside the first choice.
    assert await site.is_taken("2026-11-24", "07:45")


async def test_a_visitor_who_leaves_the_page_gives_the_time_back(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    assert await site.is_taken("2026-11-24", "07:00")
    await visitor.page.goto("about:blank")
    await visitor.wait_until(lambda: site.is_open("2026-11-24", "07:00"))


async def test_pressing_twice_books_once(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    bookings: list[str] = []
    visitor.page.on("request", lambda request: bookings.append(request.post_data or ""))
    await visitor.button("Book this visit").dblclick()
    await visitor.is_booked()
    assert sum("patient@example.com" in body for body in bookings) == 1
    assert await site.count_appointments() == 1


async def test_a_button_for_an_unknown_service_stays_a_link_and_the_console_says_why(
    site: Site, visitor: Visitor
) -> None:
    await visitor.page.goto(site.url)
    async with visitor.page.expect_console_message(lambda message: "no-such-thing" in message.text):
        await visitor.page.evaluate("document.querySelector('book-online').open({service: 'no-such-thing'})")
    await visitor.page.wait_for_url("**/book/dry-needling?lang=en")


async def test_a_hosted_page_of_an_unknown_service_lets_the_visitor_choose(
    site: Site, visitor: Visitor
) -> None:
    answer = await visitor.page.goto(f"{site.url}/book/no-such-thing")
    assert (answer.status if answer else None) == 404
    await expect(visitor.page.get_by_text("We do not offer this online")).to_be_visible()
    await expect(visitor.heading("What can we do for you?")).to_be_visible()


async def test_times_of_the_repeated_hour_name_their_zone(sqlite_url: str, visitor: Visitor) -> None:
    the_day_before = datetime(2026, 10, 31, 16, tzinfo=UTC)
    night = small_clinic(hours="01:00-02:30", policy={"slot_step": "30 min"})
    await visitor.page.clock.set_fixed_time(the_day_before)
    async with running_site(sqlite_url, night, now=the_day_before) as site:
        await visitor.page.goto(f"{site.url}/book/visit")
        await expect(visitor.heading("Sunday, November 1")).to_be_visible()
        await expect(visitor.page.get_by_text("Times are in Toronto time (EDT / EST).")).to_be_visible()
        morning = visitor.page.get_by_role("group", name="Morning")
        times = await morning.get_by_role("button").all_inner_texts()
    assert [time.replace("\xa0", " ").split("\n")[0] for time in times] == [
        "1:00 a.m. EDT",
        "1:30 a.m. EDT",
        "1:00 a.m. EST",
        "1:30 a.m. EST",
        "2:00 a.m.",
    ]
