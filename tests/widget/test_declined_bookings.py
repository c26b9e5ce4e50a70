"""What a feature's rule says reaches the visitor, in their language; and what if it can't answer."""

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


FRAIL = [EnabledFeature(Feature(name="frail", api=API, busy_sources=[always_fails]), "a package")]


@pytest.fixture
async def choosy(sqlite_url: str) -> AsyncIterator[Site]:
    """Says no to a time."""
    async with running_site(sqlite_url, enabled=with_rule(Step.HOLD)) as site:
        yield site


@pytest.fixture
async def strict(sqlite_url: str) -> AsyncIterator[Site]:
    """Says no when all is filled in."""
    async with running_site(sqlite_url, enabled=with_rule(Step.BOOK)) as site:
        yield site


@pytest.fixture
async def frail(sqlite_url: str) -> AsyncIterator[Site]:
    """Can't say anything."""
    async with running_site(sqlite_url, enabled=FRAIL) as site:
        yield site


async def test_a_rule_says_no_to_a_time_and_another_is_chosen(choosy: Site, visitor: Visitor) -> None:
    await visitor.opens(choosy.url)
    await visitor.chooses_practitioner()
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text(ENGLISH)
    await expect(alert).to_contain_text("Please choose another time.")
    await visitor.page.get_by_role("button", name="7:15 a.m.").click()
    await visitor.arrives_at("Is this treatment right for you?")


async def test_a_rule_says_no_in_the_visitors_language(choosy: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{choosy.url}/book/dry-needling?lang=fr")
    await visitor.chooses("mardi 24 novembre", "7 h 00")

    await expect(visitor.page.get_by_role("alert")).to_contain_text(FRENCH)


async def test_a_rule_that_says_no_at_the_end_loses_nothing(strict: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(strict.url)
    await visitor.button("Book this visit").click()

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text(ENGLISH)
    await expect(alert).to_contain_text("Please call us.")
    await expect(visitor.field("Email")).to_have_value("patient@example.com")
    assert await strict.count_appointments() == 0


async def test_while_nothing_can_be_checked_the_phone_is_there(frail: Site, visitor: Visitor) -> None:
    await visitor.opens(frail.url)

    await expect(visitor.page.get_by_role("alert")).to_be_visible()
    await expect(visitor.dialog.get_by_role("link", name="Call us: 416.545.1881").first).to_be_visible()


@pytest.mark.parametrize(("language", "told"), [("en", ENGLISH), ("fr", FRENCH)])
async def test_without_a_script_a_rules_words_are_there_too(choosy: Site, language: str, told: str) -> None:
    refused = await choosy.api.http.post(f"/book/dry-needling/hold?lang={language}", data=HELD, headers=HERE)

    assert (refused.status_code, told in refused.text) == (409, True)


async def test_without_a_script_a_rule_may_say_no_at_the_end(strict: Site) -> None:
    sent = HELD | NO | PATIENT
    refused = await strict.api.http.post("/book/dry-needling/finish", data=sent, headers=HERE)

    assert (refused.status_code, ENGLISH in refused.text) == (409, True)
    assert "patient@example.com" in refused.text, "nothing typed is lost"
    assert await strict.count_appointments() == 0


async def test_without_a_script_and_without_an_answer_it_is_said_to_try_again(frail: Site) -> None:
    answer = await frail.api.http.get("/book/dry-needling/times", headers=HERE)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "or call us" in answer.text
