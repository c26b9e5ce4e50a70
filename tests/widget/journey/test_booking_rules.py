"""Booking rules of a feature reach the visitor in their language; a failing one leads to the phone."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from book_online.extend import API, BusyQuery, BusyTime, Declined, Feature, Proposal, Step
from graphql_api.extensions.feature import EnabledFeature
from tests.support.site import Site, running_site
from tests.web.noscript.test_forms import HELD, HERE, NO, PATIENT
from tests.widget.visitor import Visitor

SEVEN = datetime(2026, 11, 24, 12, tzinfo=UTC)
ENGLISH = "The first visit of the day is for members."
FRENCH = "La première visite du jour est pour les membres."


async def members_first(proposal: Proposal) -> None:
    steps = proposal.settings
    if proposal.step in steps and proposal.appointments[0].starts_at == SEVEN:
        raise Declined(ENGLISH, texts={"fr": FRENCH})


async def always_fails(_question: BusyQuery) -> Sequence[BusyTime]:
    raise RuntimeError("the other calendar is gone")


def with_rule(*steps: Step) -> list[EnabledFeature]:
    return [EnabledFeature(Feature(name="members", api=API, rules=[members_first]), "a package", steps)]


FAILING_CALENDAR = [EnabledFeature(Feature(name="frail", api=API, busy_sources=[always_fails]), "a package")]


@pytest.fixture
async def declining_holds(sqlite_url: str) -> AsyncIterator[Site]:
    """A server whose rule declines a time when it is chosen."""
    async with running_site(sqlite_url, enabled=with_rule(Step.HOLD)) as site:
        yield site


@pytest.fixture
async def declining_bookings(sqlite_url: str) -> AsyncIterator[Site]:
    """A server whose rule declines a time when it is booked."""
    async with running_site(sqlite_url, enabled=with_rule(Step.BOOK)) as site:
        yield site


@pytest.fixture
async def failing_calendar(sqlite_url: str) -> AsyncIterator[Site]:
    """A server that can't check a time."""
    async with running_site(sqlite_url, enabled=FAILING_CALENDAR) as site:
        yield site


async def test_a_rule_refuses_a_time_and_another_is_chosen(declining_holds: Site, visitor: Visitor) -> None:
    await visitor.opens(declining_holds.url)
    await visitor.chooses_practitioner()
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text(ENGLISH)
    await expect(alert).to_contain_text("Please choose another time.")
    await visitor.page.get_by_role("button", name="7:15 a.m.").click()
    await visitor.arrives_at("Does any of these apply to you?")


async def test_a_rule_refuses_in_the_visitors_language(declining_holds: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{declining_holds.url}/book/dry-needling?lang=fr")
    await visitor.chooses("mardi 24 novembre", "7 h votre heure : 21 h")

    await expect(visitor.page.get_by_role("alert")).to_contain_text(FRENCH)


async def test_a_rule_that_refuses_the_booking_loses_no_details(
    declining_bookings: Site, visitor: Visitor
) -> None:
    await visitor.comes_to_details(declining_bookings.url)
    await visitor.button("Book this visit").click()

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text(ENGLISH)
    await expect(alert).to_contain_text("Please call us.")
    await expect(visitor.field("Email")).to_have_value("patient@example.com")
    assert await declining_bookings.count_appointments() == 0


async def test_while_a_busy_source_fails_the_phone_number_is_shown(
    failing_calendar: Site, visitor: Visitor
) -> None:
    await visitor.opens(failing_calendar.url)

    await expect(visitor.page.get_by_role("alert")).to_be_visible()
    await expect(visitor.dialog.get_by_role("link", name="Call us: 416.545.1881").first).to_be_visible()


@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("fr", FRENCH)])
async def test_without_a_script_the_text_of_a_refusing_rule_is_shown(
    declining_holds: Site, language: str, text: str
) -> None:
    refused = await declining_holds.api.http.post(
        f"/book/dry-needling/hold?lang={language}", data=HELD, headers=HERE
    )

    assert (refused.status_code, text in refused.text) == (409, True)


async def test_without_a_script_a_rule_may_refuse_the_booking(declining_bookings: Site) -> None:
    sent = HELD | NO | PATIENT
    refused = await declining_bookings.api.http.post("/book/dry-needling/finish", data=sent, headers=HERE)

    assert (refused.status_code, ENGLISH in refused.text) == (409, True)
    assert "patient@example.com" in refused.text, "nothing typed is lost"
    assert await declining_bookings.count_appointments() == 0


async def test_without_a_script_a_busy_source_that_fails_asks_to_try_again(failing_calendar: Site) -> None:
    answer = await failing_calendar.api.http.get("/book/dry-needling/times", headers=HERE)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "or call us" in answer.text
