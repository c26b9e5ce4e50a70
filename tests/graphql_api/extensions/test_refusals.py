"""What a feature says on purpose reaches the caller, as permissions and a GraphQLError do."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest
import strawberry
from graphql import GraphQLError

from book_online.extend import API, CATALOGUE, Feature, Node
from graphql_api.types.relay import global_id
from tests.graphql_api.extensions.test_resolver_isolation import odd_clinic

REFUSED = {"code": "FEATURE_REFUSED", "feature": "odd"}


class NoEntry(strawberry.BasePermission):
    message = "For members alone."

    def has_permission(self, *_arguments: Any, **_more: Any) -> bool:
        return False


class NoEntryLater(strawberry.BasePermission):
    message = "For members alone."

    async def has_permission(self, *_arguments: Any, **_more: Any) -> bool:
        return False


@strawberry.type
class OddRoom(Node):
    number: str | None = strawberry.field(permission_classes=[NoEntry])


@strawberry.type
class RefusingSubscriptions:
    @strawberry.subscription(directives=[CATALOGUE], permission_classes=[NoEntry])
    async def odd_news(self) -> AsyncGenerator[int | None]:
        yield 1

    @strawberry.subscription(directives=[CATALOGUE])
    async def odd_end(self) -> AsyncGenerator[int | None]:
        yield 1
        raise GraphQLError("The news are over.")


async def refuse_room(_key: str, _context: Any) -> Any:
    raise GraphQLError("No room for you.")


REFUSING = Feature(
    name="odd",
    api=API,
    subscription=RefusingSubscriptions,
    nodes={"OddRoom": refuse_room},
    node_scope=CATALOGUE,
)


@strawberry.type
class RefusingQueries:
    @strawberry.field(directives=[CATALOGUE], permission_classes=[NoEntry])
    def odd_members(self) -> str | None:
        return "inside"

    @strawberry.field(directives=[CATALOGUE], permission_classes=[NoEntryLater])
    async def odd_members_later(self) -> str | None:
        return "inside"

    @strawberry.field(directives=[CATALOGUE])
    def odd_room(self) -> OddRoom | None:
        return OddRoom(id=global_id("OddRoom", "one"), number="inside")

    @strawberry.field(directives=[CATALOGUE])
    def odd_refusal(self) -> str | None:
        raise GraphQLError("Not on Sundays.")

    @strawberry.field(directives=[CATALOGUE])
    def odd_returned_refusal(self) -> str | None:
        return cast(str, GraphQLError("Not on Mondays."))

    @strawberry.field(directives=[CATALOGUE])
    def odd_code(self) -> str | None:
        raise GraphQLError("Not before noon.", extensions={"code": "TOO_EARLY"})

    @strawberry.field(directives=[CATALOGUE])
    def odd_naive(self) -> datetime | None:
        return datetime(2026, 11, 24, 9)  # noqa: DTZ001


async def test_what_a_feature_says_on_purpose_reaches_the_caller(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    members = "{ oddMembers oddMembersLater oddRoom { number } }"
    others = "query ($id: ID!) { oddRefusal oddReturnedRefusal oddCode node(id: $id) { id } }"
    async with odd_clinic(sqlite_url, replace(REFUSING, query=RefusingQueries)) as api:
        answers = [await api.ask(members), await api.ask(others, id=global_id("OddRoom", "one"))]

    assert [answer["data"] for answer in answers] == [
        {"oddMembers": None, "oddMembersLater": None, "oddRoom": {"number": None}},
        {"oddRefusal": None, "oddReturnedRefusal": None, "oddCode": None, "node": None},
    ]
    errors = [error for answer in answers for error in answer["errors"]]
    assert {tuple(error["path"]): (error["message"], error["extensions"]) for error in errors} == {
        ("oddMembers",): ("For members alone.", REFUSED),
        ("oddMembersLater",): ("For members alone.", REFUSED),
        ("oddRoom", "number"): ("For members alone.", REFUSED),
        ("oddRefusal",): ("Not on Sundays.", REFUSED),
        ("oddReturnedRefusal",): ("Not on Mondays.", REFUSED),
        ("oddCode",): ("Not before noon.", {"code": "TOO_EARLY", "feature": "odd"}),
        ("node",): ("No room for you.", REFUSED),
    }
    assert caplog.records == []


@pytest.mark.parametrize(
    ("field", "told"), [("oddNews", "For members alone."), ("oddEnd", "The news are over.")]
)
async def test_a_refused_subscription_says_why(sqlite_url: str, field: str, told: str) -> None:
    async with odd_clinic(sqlite_url, replace(REFUSING, query=RefusingQueries)) as api:
        answer = await api.http.post(
            "/graphql", json={"query": f"subscription {{ {field} }}"}, headers={"accept": "text/event-stream"}
        )

    assert told in answer.text
    assert '"code":"FEATURE_REFUSED"' in answer.text


async def test_a_time_without_an_offset_is_no_answer(sqlite_url: str) -> None:
    async with odd_clinic(sqlite_url, Feature(name="odd", api=API, query=RefusingQueries)) as api:
        answer = await api.ask("{ oddNaive }")

    assert answer["data"] == {"oddNaive": None}
    assert answer["errors"][0]["extensions"]["code"] == "FEATURE_FAILED"
