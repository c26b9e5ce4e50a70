"""A corrected address ends the link that went to the wrong one, over HTTP."""

import asyncio
from typing import Any

import pytest

from booking.storage.database import Database
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from tests.booking.appointments.by_staff.front_desk import mails
from tests.graphql_api.operations.test_courses import TIMES, tokens
from tests.support.clinics import NOW
from tests.support.graphql_client import PROBLEMS, GraphQLClient, practitioner_id, problem_types

CORRECT = (
    """mutation ($input: CorrectEmailInput!) { correctEmail(input: $input) {
  email manageToken appointments { startsAt calendarFile } problems { ...Why }
} }"""
    + PROBLEMS
)
KEY = "2f1c0f52-6b3b-4a0e-9a55-1d6f1f6e8d10"
RIGHT = "right@example.com"
CERTIFIED = {"practitionerId": practitioner_id("a")}


@pytest.fixture(autouse=True)
async def _mailing(api: GraphQLClient, database: Database) -> None:
    """`api` has opened the clinic."""
    async with database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])


async def correct(api: GraphQLClient, token: str, email: str = RIGHT, **more: Any) -> dict[str, Any]:
    answer = await api.ask(CORRECT, input={"manageToken": token, "email": email, **more})
    assert "errors" not in answer, answer
    done: dict[str, Any] = answer["data"]["correctEmail"]
    return done


async def test_the_link_that_went_to_the_wrong_address_opens_nothing_any_more(
    api: GraphQLClient, database: Database
) -> None:
    wrong = (await api.hold_and_book(TIMES[0], **CERTIFIED))["manageToken"]
    assert [wrong in text for _, text in await mails(database, at=NOW)] == [True]

    corrected = await correct(api, wrong)

    right = corrected["manageToken"]
    [visit] = corrected["appointments"]
    assert (corrected["problems"], corrected["email"], visit["startsAt"]) == ([], RIGHT, TIMES[0])
    file = visit["calendarFile"].replace("\r\n ", "")
    assert (f"#{right}" in file, wrong in file) == (True, False)
    assert await api.appointment(wrong) is None
    assert problem_types(await api.cancel(wrong)) == problem_types(await correct(api, wrong)) == ["NotFound"]
    [(_, text)] = await mails(database, at=NOW)
    assert (f"#{right}" in text, wrong in text) == (True, False)
    assert (await api.cancel(right))["problems"] == []


async def test_a_mail_that_still_waits_has_the_new_link(api: GraphQLClient, database: Database) -> None:
    wrong = (await api.hold_and_book(TIMES[0], **CERTIFIED))["manageToken"]
    moved = await api.reschedule(wrong, TIMES[0].replace("T09", "T10"))
    assert moved["problems"] == []

    right = (await correct(api, wrong))["manageToken"]

    sent = [text for _, text in await mails(database, at=NOW)]
    assert [(f"#{right}" in text, wrong in text) for text in sent] == [(True, False)] * 3


async def test_all_visits_of_a_course_have_the_new_link(api: GraphQLClient) -> None:
    held = await tokens(api, TIMES)
    wrong = (await api.book_course(held))["manageToken"]

    corrected = await correct(api, wrong)

    assert [visit["startsAt"] for visit in corrected["appointments"]] == TIMES
    assert await api.appointment(wrong) is None
    seen = await api.appointment(corrected["manageToken"])
    assert seen is not None
    assert [visit["startsAt"] for visit in seen["course"]["appointments"]] == TIMES
    # Who booked has the holds' secrets, which lead to the visits, and to no link that was replaced.
    again = await api.book_course(held)
    assert (again["problems"], again["manageToken"], len(again["course"]["appointments"])) == ([], None, 3)
    assert problem_types(await api.book_course(held[:2])) == ["NotFound"]


async def test_a_repeat_with_the_key_has_the_same_answer_and_sends_nothing(
    api: GraphQLClient, database: Database
) -> None:
    wrong = (await api.hold_and_book(TIMES[0], **CERTIFIED))["manageToken"]
    await mails(database, at=NOW)

    at_once = await asyncio.gather(*(correct(api, wrong, idempotencyKey=KEY) for _ in range(3)))

    assert at_once[0]["problems"] == []
    assert at_once == [await correct(api, wrong, RIGHT.upper(), idempotencyKey=KEY) | {"email": RIGHT}] * 3
    assert len(await mails(database, at=NOW)) == 1
    assert problem_types(await correct(api, wrong, "other@example.com", idempotencyKey=KEY)) == [
        "IdempotencyKeyReused"
    ]
    assert problem_types(await correct(api, wrong, idempotencyKey=KEY[::-1])) == ["NotFound"]
    assert problem_types(await correct(api, wrong, idempotencyKey="short")) == ["InvalidInput"]


async def test_of_two_corrections_at_once_one_has_the_link(api: GraphQLClient) -> None:
    wrong = (await api.hold_and_book(TIMES[0], **CERTIFIED))["manageToken"]

    both = await asyncio.gather(correct(api, wrong), correct(api, wrong, "other@example.com"))

    links = [each["manageToken"] for each in both if each["problems"] == []]
    assert [problem_types(each) for each in both if each["problems"]] == [["NotFound"]]
    assert [await api.appointment(link) is not None for link in links] == [True]
