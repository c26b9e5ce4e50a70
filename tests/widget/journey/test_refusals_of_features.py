"""A refusal of a feature's own, by a problem of its own, reaches the visitor in its words everywhere."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest
import strawberry
from playwright.async_api import expect

from book_online.extend import API, BookingError, Feature, Problem, Proposal, Step
from graphql_api.extensions.feature import EnabledFeature
from tests.support.graphql_client import service_id
from tests.support.site import Site, running_site
from tests.web.noscript.test_forms import HELD, HERE, NO, PATIENT
from tests.widget.visitor import Visitor

ENGLISH = "A deposit of $20 is due first."


class DepositDue(BookingError):
    def __init__(self, dollars: int, path: tuple[str, ...] = ()) -> None:
        texts = {"fr": f"Un acompte de {dollars} $ est dû d\u2019abord."}
        super().__init__(f"A deposit of ${dollars} is due first.", texts=texts, path=path)


@strawberry.type
class DepositDueProblem(Problem):
    pass


def site_that_refuses(url: str, step: Step, *path: str) -> AbstractAsyncContextManager[Site]:
    async def rule(proposal: Proposal) -> None:
        if proposal.step is step:
            raise DepositDue(20, path=path)

    feature = Feature(name="deposit", api=API, rules=[rule], problems={DepositDue: DepositDueProblem})
    return running_site(url, enabled=[EnabledFeature(feature, "a package")])


@pytest.fixture
async def refusing_bookings(sqlite_url: str) -> AsyncIterator[Site]:
    async with site_that_refuses(sqlite_url, Step.BOOK) as site:
        yield site


async def test_a_hold_says_why(sqlite_url: str, visitor: Visitor) -> None:
    async with site_that_refuses(sqlite_url, Step.HOLD) as site:
        await visitor.opens(site.url)
        await visitor.chooses_practitioner()
        await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
        await expect(visitor.page.get_by_role("alert")).to_contain_text(ENGLISH)


async def test_a_booking_says_why(refusing_bookings: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(refusing_bookings.url)
    await visitor.button("Book this visit").click()

    await expect(visitor.page.get_by_role("alert")).to_contain_text(ENGLISH)
    await expect(visitor.field("Email")).to_have_value("patient@example.com")


async def test_a_refused_detail_says_why_beside_it(sqlite_url: str, visitor: Visitor) -> None:
    async with site_that_refuses(sqlite_url, Step.BOOK, "patient", "email") as site:
        await visitor.comes_to_details(site.url)
        await visitor.button("Book this visit").click()
        await expect(visitor.dialog.locator("#email-wrong")).to_have_text(ENGLISH)


async def test_a_move_says_why(sqlite_url: str, visitor: Visitor) -> None:
    async with site_that_refuses(sqlite_url, Step.MOVE) as site:
        booked = await site.api.hold_and_book("2026-11-25T09:00:00-05:00")
        await visitor.page.goto(f"{site.url}/manage#{booked['manageToken']}")
        await visitor.button("Move the visit of Wednesday, November 25, 9:00 a.m.").click()
        await visitor.arrives_at("When would you like to come instead?")
        await visitor.chooses("Thursday, November 26", "9:00 a.m.")
        await visitor.button("Move my visit").click()
        await expect(visitor.page.get_by_role("alert")).to_contain_text(ENGLISH)


@pytest.mark.parametrize(("language", "text"), [("en", "A deposit of $20"), ("fr", "Un acompte de 20")])
@pytest.mark.parametrize(
    ("step", "form", "sent"), [(Step.HOLD, "hold", HELD), (Step.BOOK, "finish", HELD | NO | PATIENT)]
)
async def test_a_plain_page_says_why(
    sqlite_url: str, step: Step, form: str, sent: dict[str, str], language: str, text: str
) -> None:
    async with site_that_refuses(sqlite_url, step) as site:
        answer = await site.api.http.post(
            f"/book/dry-needling/{form}?lang={language}", data=sent, headers=HERE
        )

    assert (answer.status_code, text in answer.text) == (409, True)


async def test_a_client_reads_the_words_of_a_feature_and_words_refusals_of_the_core_itself(
    refusing_bookings: Site,
) -> None:
    query = """mutation ($input: HoldSlotInput!) { holdSlot(input: $input) {
      problems { __typename message visitorMessage } } }"""
    taken = {"serviceId": service_id(), "startsAt": "2026-11-24T03:00:00-05:00"}
    answer = await refusing_bookings.api.ask(query, input=taken)
    (problem,) = answer["data"]["holdSlot"]["problems"]
    assert problem["message"]
    assert (problem["__typename"], problem["visitorMessage"]) == ("NotOpen", None)
