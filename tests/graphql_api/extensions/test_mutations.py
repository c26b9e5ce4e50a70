"""A feature's mutation may take long, its transaction may not; and an error says that it may be done."""

from typing import Any

import pytest

from graphql_api.extensions import resolver_isolation
from tests.graphql_api.extensions.test_resolver_isolation import odd_clinic

WRITE = """mutation ($before: Float, $inside: Float, $after: Float, $fails: Boolean) {
  oddWrite(name: "Written", before: $before, inside: $inside, after: $after, fails: $fails) {
    problems { message }
  }
}"""
NAMES = "{ practitioners { edges { node { name } } } }"


async def _names(api: Any) -> set[str]:
    answer = await api.ask(NAMES)
    return {edge["node"]["name"] for edge in answer["data"]["practitioners"]["edges"]}


@pytest.mark.parametrize("place", ["before", "after"])
async def test_a_mutation_may_wait_for_another_system(database_url: str, place: str) -> None:
    async with odd_clinic(database_url) as api:
        wait: dict[str, Any] = {place: resolver_isolation.FIELD_TIMEOUT.total_seconds() + 0.5}
        answer = await api.ask(WRITE, **wait)
        assert answer == {"data": {"oddWrite": {"problems": []}}}
        assert await _names(api) == {"Written"}


async def test_a_transaction_that_takes_long_is_rolled_back(database_url: str) -> None:
    async with odd_clinic(database_url) as api:
        answer = await api.ask(WRITE, inside=60)
        assert answer["errors"][0]["extensions"]["code"] == "FEATURE_FAILED"
        assert "Written" not in await _names(api)


@pytest.mark.parametrize("wrong", [{"after": 60.0}, {"fails": True}])
async def test_an_error_after_the_commit_says_that_the_change_may_be_done(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    monkeypatch.setattr(resolver_isolation, "MUTATION_TIMEOUT", resolver_isolation.FIELD_TIMEOUT)
    async with odd_clinic(sqlite_url) as api:
        answer = await api.ask(WRITE, **wrong)
        assert await _names(api) == {"Written"}

    (error,) = answer["errors"]
    assert error["message"] == (
        "This was not finished, and may be done in part. Please look before you ask again."
    )
    assert error["extensions"].items() >= {"code": "FEATURE_FAILED", "outcome": "UNKNOWN"}.items()
