"""What goes wrong on the way, and how a visitor without a script gets on from there."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.web.noscript.server import Server, running_server
from tests.web.noscript.visitor import PlainVisitor

TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""7:00 in Toronto."""
TOO_LATE = timedelta(minutes=11)
"""After the longest time that a hold is kept."""


async def test_mistakes_are_told_beside_the_fields(server: Server, visitor: PlainVisitor) -> None:
    await visitor.comes_to_details(server.url)
    await visitor.field("Your name").fill("Sample Patient")
    await visitor.field("Email").fill("patient at example")
    await visitor.books()

    await visitor.arrives_at("Who is coming?")
    await expect(visitor.page.get_by_role("alert")).to_be_focused()
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")
    email, phone = visitor.field("Email"), visitor.field("Phone number")
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
    await visitor.arrives_at("Your visit is booked")


async def test_a_question_without_an_answer_is_asked_again(server: Server, visitor: PlainVisitor) -> None:
    await visitor.comes_to_times(server.url)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    groups = visitor.page.get_by_role("radiogroup")
    for place in range(5):
        await groups.nth(place).get_by_role("radio", name="No", exact=True).check()
    await visitor.button("Continue").click()

    await expect(visitor.text("1 question still needs an answer.")).to_be_visible()
    await expect(visitor.page.get_by_role("radio", name="No", exact=True, checked=True)).to_have_count(5)
    await expect(groups.nth(5)).to_have_attribute("aria-invalid", "true")
    await expect(groups.nth(5)).to_have_accessible_description(
        "Please choose an answer. The needles are made of steel."
    )
    await groups.nth(5).get_by_role("radio", name="No", exact=True).check()
    await visitor.button("Continue").click()
    await visitor.arrives_at("Who is coming?")


async def test_a_hold_that_ran_out_is_quietly_made_again(server: Server, visitor: PlainVisitor) -> None:
    await visitor.comes_to_details(server.url)
    await visitor.fills_in()
    server.clock.now += TOO_LATE
    await visitor.books()

    await visitor.arrives_at("Your visit is booked")
    await visitor.page.reload()
    await visitor.arrives_at("Your visit is booked")
    assert [visit.starts_at for visit in await server.appointments()] == [TUESDAY]


async def test_a_course_that_ran_out_is_quietly_held_again(any_server: Server, visitor: PlainVisitor) -> None:
    await visitor.comes_to_times(any_server.url, "Dry needling, course of 3 follow-ups")
    for day in ("Tuesday, November 24", "Tuesday, December 1", "Tuesday, December 8"):
        await visitor.chooses(day, "7:00 a.m.")
    await visitor.button("Continue").click()
    any_server.clock.now += TOO_LATE
    await visitor.answers()
    any_server.clock.now += TOO_LATE
    await visitor.fills_in()
    await visitor.button("Book these 3 visits").click()

    await visitor.arrives_at("Your 3 visits are booked")


async def test_a_hold_that_ran_out_and_is_taken_leads_to_other_times(
    server: Server, visitor: PlainVisitor
) -> None:
    await visitor.comes_to_details(server.url)
    await visitor.fills_in()
    server.clock.now += TOO_LATE
    await server.takes(TUESDAY)
    await visitor.books()

    await visitor.arrives_at("When would you like to come?")
    notice = visitor.page.get_by_role("alert")
    await expect(notice).to_contain_text("We could keep your time no longer, and it is not open any more.")
    await notice.get_by_role("button", name="Tuesday, November 24, 8:00 a.m.").click()
    await visitor.arrives_at("Is this treatment right for you?")
    # All that was answered and typed is still there.
    await expect(visitor.page.get_by_role("radio", name="No", exact=True, checked=True)).to_have_count(6)
    await visitor.button("Continue").click()
    await expect(visitor.field("Email")).to_have_value("patient@example.com")
    await visitor.books()
    await visitor.arrives_at("Your visit is booked")


async def test_a_time_that_somebody_else_has_taken_leads_to_the_nearest(
    server: Server, visitor: PlainVisitor
) -> None:
    await visitor.comes_to_times(server.url)
    await server.takes(TUESDAY)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")

    await visitor.arrives_at("When would you like to come?")
    notice = visitor.page.get_by_role("alert")
    await expect(notice).to_contain_text("Somebody else has just taken this time.")
    await expect(notice.get_by_role("button")).to_have_count(3)
    await visitor.chooses("Wednesday, November 25", "7:00 a.m.")
    await visitor.arrives_at("Is this treatment right for you?")


async def test_a_visit_of_a_course_that_is_taken_is_chosen_anew(
    server: Server, visitor: PlainVisitor
) -> None:
    await visitor.comes_to_times(server.url, "Dry needling, course of 3 follow-ups")
    for day in ("Tuesday, November 24", "Tuesday, December 1", "Tuesday, December 8"):
        await visitor.chooses(day, "7:00 a.m.")
    await server.takes(TUESDAY + timedelta(days=7))
    await visitor.button("Continue").click()

    await visitor.arrives_at("Visit 2 of 3: when would you like to come?")
    assert await server.times_held() == 0
    notice = visitor.page.get_by_role("alert")
    await expect(notice).to_contain_text("Tuesday, December 1, 7:00 a.m.")
    await notice.get_by_role("button", name="Tuesday, December 1, 8:00 a.m.").click()
    await visitor.answers()
    await visitor.fills_in()
    await visitor.button("Book these 3 visits").click()
    await visitor.arrives_at("Your 3 visits are booked")
    days = [f"{visit.starts_at:%m-%d %H:%M}" for visit in await server.appointments() if visit.course]
    assert days == ["11-24 12:00", "12-01 13:00", "12-08 12:00"]


async def test_a_page_that_was_left_open_too_long_says_so(server: Server, visitor: PlainVisitor) -> None:
    await visitor.comes_to_times(server.url)
    server.clock.now += timedelta(hours=23)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")

    await expect(visitor.page.get_by_role("alert")).to_contain_text(
        "It is too late to book this time online."
    )


@pytest.mark.parametrize("after", [timedelta(0), TOO_LATE])
async def test_a_page_that_is_sent_twice_books_once(
    server: Server, visitor: PlainVisitor, after: timedelta
) -> None:
    await visitor.comes_to_details(server.url)
    await visitor.page.reload()
    await visitor.fills_in()
    await visitor.button("Book this visit").dblclick()
    await visitor.arrives_at("Your visit is booked")
    [visit] = await server.appointments()
    server.clock.now += after
    await visitor.page.reload()

    await visitor.arrives_at("Your visit is booked")
    await expect(visitor.text(visit.reference)).to_be_visible()
    assert len(await server.appointments()) == 1


async def test_the_way_back_to_the_questions_loses_nothing(server: Server, visitor: PlainVisitor) -> None:
    await visitor.comes_to_details(server.url)
    await visitor.fills_in()
    await visitor.button("Back").click()

    await visitor.arrives_at("Is this treatment right for you?")
    await expect(visitor.page.get_by_role("radio", name="No", exact=True, checked=True)).to_have_count(6)
    await visitor.button("Continue").click()
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")


async def test_what_was_sent_is_kept_while_the_database_cannot_answer(
    sqlite_url: str, visitor: PlainVisitor
) -> None:
    async with running_server(f"{sqlite_url}?timeout=0.1") as server:
        await visitor.comes_to_details(server.url)
        await visitor.fills_in()
        with closing(sqlite3.connect(server.file)) as other:
            other.execute("BEGIN IMMEDIATE")
            await visitor.books()
            await visitor.arrives_at("We can’t reach our booking system right now.")
            await expect(
                visitor.page.locator("main").get_by_role("link", name="416.545.1881")
            ).to_be_visible()
        await visitor.button("Try again").click()

        await visitor.arrives_at("Your visit is booked")
