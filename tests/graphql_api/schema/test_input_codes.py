"""The code that says, for programs, what is wrong with an input."""

from typing import Any

import pytest

from tests.support.graphql_client import OPEN_SLOTS, PATIENT, GraphQLClient, screening_answers, service_id

TUESDAY = "2026-11-24T09:00:00-05:00"

CODES: list[tuple[dict[str, str], str]] = [
    ({"name": " "}, "REQUIRED"),
    ({"email": ""}, "REQUIRED"),
    ({"phone": ""}, "REQUIRED"),
    ({"name": "x" * 201}, "TOO_LONG"),
    ({"name": "12345"}, "WRONG_FORMAT"),
    ({"email": "sample@"}, "WRONG_FORMAT"),
    ({"phone": "call me"}, "WRONG_FORMAT"),
    ({"phone": "000 000 0000"}, "UNKNOWN"),
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


@pytest.mark.parametrize(("wrong", "code"), CODES)
async def test_a_code_says_what_is_wrong_with_a_detail(
    api: GraphQLClient, wrong: dict[str, str], code: str
) -> None:
    held = await api.hold(TUESDAY)

    refused = await api.book(held["holdToken"], patient=PATIENT | wrong)

    assert [problem["code"] for problem in refused["problems"]] == [code]


async def test_a_code_says_what_is_wrong_with_other_input(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY)
    twice = screening_answers()[:1] * 2
    refusals = [
        await api.hold(TUESDAY, idempotencyKey="x" * 201),
        await api.hold(TUESDAY, idempotencyKey="short"),
        await api.hold(TUESDAY, practitionerId="nonsense"),
        await api.hold_course([TUESDAY, TUESDAY, TUESDAY]),
        await api.hold_course([TUESDAY]),
        await api.book_course([]),
        await api.book_course([held["holdToken"]]),
        await api.book(held["holdToken"], screening=twice),
    ]

    assert [refused["problems"][0].get("code") for refused in refusals] == [
        "TOO_LONG",
        "OUT_OF_RANGE",
        "WRONG_FORMAT",
        "OUT_OF_RANGE",
        "CONFLICT",
        "REQUIRED",
        "CONFLICT",
        "CONFLICT",
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"filter": {"serviceId": "x"}}, "WRONG_FORMAT"),
        ({"filter": {"to": "2026-11-22"}}, "OUT_OF_RANGE"),
        ({"filter": {"from": "tomorrow"}}, "WRONG_FORMAT"),
        ({"first": 101}, "OUT_OF_RANGE"),
        ({"after": "nonsense"}, "WRONG_FORMAT"),
    ],
)
async def test_an_error_of_a_query_has_the_code_too(
    api: GraphQLClient, wrong: dict[str, Any], code: str
) -> None:
    days = {"serviceId": service_id(), "from": "2026-11-23", "to": "2026-11-24"}

    answer = await api.ask(OPEN_SLOTS, **(wrong | {"filter": days | wrong.get("filter", {})}))

    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert answer["errors"][0]["extensions"]["inputCode"] == code
