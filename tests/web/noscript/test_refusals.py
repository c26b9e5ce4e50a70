"""Refused times, mistakes and failures on the way, and how a visitor without a script goes on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.booking.patients.stored_contacts import all_topics
from tests.support.databases import locked, out_of_order
from tests.web.noscript.server import Server, running_server
from tests.web.noscript.visitor import NoscriptVisitor

TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""7:00 in Toronto."""
PAST_EXPIRY = timedelta(minutes=11)
"""Longer than any hold lasts, extended or not."""


async def test_mistakes_are_shown_beside_their_fields(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_details(server.url)
    await visitor.field("Your name").fill("Sample Patient")
    await visitor.field("Email").fill("patient at example")
    await visitor.books()

    await visitor.sees("Who is coming?")
    await expect(visitor.page.get_by_role("alert")).to_be_focused()
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")
    email, phone = visitor.field("Email"), visitor.field("Phone")
    await expect(email).to_have_value("patient at example")
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(email).to_have_accessible_description(
        "Please check this email address. It should look like name@example.com."
    )
    await expect(phone).to_have_accessible_description("Please enter your phone number.")
    await expect(visitor.field("Your name")).not_to_have_attribute("aria-invalid", "true")
    await visitor.link("Please enter your phone number.").click()
    await expect(phone).to_be_focused()

    await visitor.fills_in()
    await visitor.books()
    await visitor.sees("Your visit is booked")


async def test_silence_is_no_answer_and_neither_is_a_contradiction(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.opens_times(server.url)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    afraid = visitor.box("Afraid of needles, or fainted from one")

    await visitor.button("Continue").click()
    await visitor.link("Please tick what applies, or “None of these”.").click()
    await expect(visitor.page.get_by_role("checkbox").first).to_be_focused()
    await visitor.box("None of these").check()
    await afraid.check()
    await visitor.page.get_by_role("radio", name="Not sure", exact=True).locator("visible=true").check()
    await visitor.button("Continue").click()
    await visitor.sees("Does any of these apply to you?")
    await expect(
        visitor.link("Please tick either “None of these” or what applies, not both.")
    ).to_be_visible()
    await expect(afraid).to_be_checked()
    await expect(visitor.page.get_by_role("radio", name="Not sure", checked=True)).to_have_count(1)
    await visitor.box("None of these").uncheck()
    await visitor.button("Continue").click()
    await visitor.fills_in()
    await visitor.books()
    await visitor.sees("Your visit is booked")
    assert await all_topics(server.database) == [["needle-fear"]]


async def test_an_expired_hold_is_made_again_unnoticed(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_details(server.url)
    await visitor.fills_in()
    server.clock.now += PAST_EXPIRY
    await visitor.books()

    await visitor.sees("Your visit is booked")
    await visitor.page.reload()
    await visitor.sees("Your visit is booked")
    assert [appointment.starts_at for appointment in await server.appointments()] == [TUESDAY]


async def test_an_expired_course_is_held_again_unnoticed(
    any_server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.opens_times(any_server.url, "Dry needling, course of 3 follow-ups")
    for day in ("Tuesday, November 24", "Tuesday, December 1", "Tuesday, December 8"):
        await visitor.chooses(day, "7:00 a.m.")
    await visitor.button("Continue").click()
    any_server.clock.now += PAST_EXPIRY
    await visitor.answers_no()
    any_server.clock.now += PAST_EXPIRY
    await visitor.fills_in()
    await visitor.button("Book these 3 visits").click()

    await visitor.sees("Your 3 visits are booked")


async def test_an_expired_hold_whose_time_is_taken_leads_to_other_times(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.opens_details(server.url)
    await visitor.fills_in()
    server.clock.now += PAST_EXPIRY
    await server.hold(TUESDAY)
    await visitor.books()

    await visitor.sees("Choose a time")
    notice = visitor.page.get_by_role("alert")
    await expect(notice).to_contain_text("We could keep your time no longer, and it is not open any more.")
    await notice.get_by_role("button", name="Tuesday, November 24, 8:00 a.m.").click()
    await visitor.sees("Does any of these apply to you?")
    # The answers and the details are still there.
    await expect(visitor.box("None of these")).to_be_checked()
    await visitor.button("Continue").click()
    await expect(visitor.field("Email")).to_have_value("patient@example.com")
    await visitor.books()
    await visitor.sees("Your visit is booked")


async def test_a_taken_time_is_answered_with_the_nearest_open_ones(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.opens_times(server.url)
    await server.hold(TUESDAY)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")

    await visitor.sees("Choose a time")
    notice = visitor.page.get_by_role("alert")
    await expect(notice).to_contain_text("Somebody else has just taken this time.")
    await expect(notice.get_by_role("button")).to_have_count(3)
    await visitor.chooses("Wednesday, November 25", "7:00 a.m.")
    await visitor.sees("Does any of these apply to you?")


async def test_a_taken_visit_of_a_course_is_chosen_anew(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_times(server.url, "Dry needling, course of 3 follow-ups")
    for day in ("Tuesday, November 24", "Tuesday, December 1", "Tuesday, December 8"):
        await visitor.chooses(day, "7:00 a.m.")
    await server.hold(TUESDAY + timedelta(days=7))
    await visitor.button("Continue").click()

    await visitor.sees("Visit 2 of 3: choose a time")
    assert await server.count_holds() == 0
    notice = visitor.page.get_by_role("alert")
    await expect(notice).to_contain_text("Tuesday, December 1, 7:00 a.m.")
    await notice.get_by_role("button", name="Tuesday, December 1, 8:00 a.m.").click()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button("Book these 3 visits").click()
    await visitor.sees("Your 3 visits are booked")
    days = [
        f"{appointment.starts_at:%m-%d %H:%M}"
        for appointment in await server.appointments()
        if appointment.course
    ]
    assert days == ["11-24 12:00", "12-01 13:00", "12-08 12:00"]


async def test_a_time_within_the_notice_is_too_late_to_book(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_times(server.url)
    server.clock.now += timedelta(hours=23)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")

    await expect(visitor.page.get_by_role("alert")).to_contain_text(
        "It is too late to book this time online."
    )


@pytest.mark.parametrize("after", [timedelta(0), PAST_EXPIRY])
async def test_a_form_that_is_sent_twice_books_once(
    server: Server, visitor: NoscriptVisitor, after: timedelta
) -> None:
    await visitor.opens_details(server.url)
    await visitor.page.reload()
    await visitor.fills_in()
    await visitor.button("Book this visit").dblclick()
    await visitor.sees("Your visit is booked")
    [appointment] = await server.appointments()
    server.clock.now += after
    await visitor.page.reload()

    await visitor.sees("Your visit is booked")
    await expect(visitor.text(appointment.reference)).to_be_visible()
    assert len(await server.appointments()) == 1


async def test_going_back_to_the_questions_loses_nothing(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_details(server.url)
    await visitor.fills_in()
    await visitor.button("Back").click()

    await visitor.sees("Does any of these apply to you?")
    await expect(visitor.box("None of these")).to_be_checked()
    await visitor.button("Continue").click()
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")


async def test_each_form_can_be_sent_again_after_the_database_was_out_of_order(
    sqlite_url: str, visitor: NoscriptVisitor
) -> None:
    async with running_server(sqlite_url) as server:
        file = Path(server.sqlite_file)

        async def goes_on(heading: str) -> None:
            """The page says it with the number, and its form does then what was meant."""
            await visitor.sees("We can’t reach our booking system right now.")
            await expect(
                visitor.page.locator("main").get_by_role("link", name="416.545.1881")
            ).to_be_visible()
            await visitor.button("Try again").click()
            await visitor.sees(heading)

        await visitor.opens_times(server.url)
        with out_of_order(file):
            await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
            await visitor.sees("We can’t reach our booking system right now.")
        await goes_on("Does any of these apply to you?")
        with out_of_order(file):
            await visitor.answers_no()
            await visitor.sees("We can’t reach our booking system right now.")
        await goes_on("Who is coming?")
        await visitor.fills_in()
        with out_of_order(file):
            await visitor.books()
            await visitor.sees("We can’t reach our booking system right now.")
        await goes_on("Your visit is booked")
        [patient] = await server.patients()
        assert (patient.name, patient.email) == ("Sample Patient", "patient@example.com")


async def test_a_form_can_be_sent_again_after_the_database_could_not_answer(
    sqlite_url: str, visitor: NoscriptVisitor
) -> None:
    async with running_server(f"{sqlite_url}?timeout=0.1") as server:
        await visitor.opens_details(server.url)
        await visitor.fills_in()
        with locked(Path(server.sqlite_file)):
            await visitor.books()
            await visitor.sees("We can’t reach our booking system right now.")
            await expect(
                visitor.page.locator("main").get_by_role("link", name="416.545.1881")
            ).to_be_visible()
        await visitor.button("Try again").click()

        await visitor.sees("Your visit is booked")
