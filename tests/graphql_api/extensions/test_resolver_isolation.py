"""A feature that fails makes its own field null; limits and permissions hold for it as for the core."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import strawberry

from book_online.extend import API, CATALOGUE, Feature
from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.extensions.feature import EnabledFeature
from graphql_api.extensions.resolver_isolation import FIELD_TIMEOUT
from graphql_api.schema.schema import schema_with
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from tests.graphql_api.extensions.faulty_feature import ODD
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import GraphQLClient
from tests.support.sql_statements import sql_statements


@asynccontextmanager
async def odd_clinic(url: str, feature: Feature = ODD, clinic: str = "") -> AsyncGenerator[GraphQLClient]:
    database = open_database(url)
    await open_clinic(database, clinic or small_clinic())
    await database.close()
    now = NOW + timedelta(seconds=1)  # on a tick nothing is cached
    app = create_app(
        Settings(database_url=url), [EnabledFeature(feature, "a package", "told")], now=lambda: now
    )
    async with asgi_client(app) as http:
        yield GraphQLClient(http)
    await app.state.relay.database.close()


@pytest.mark.parametrize(
    "failing",
    [
        ("oddRaises", "oddHangs", "oddRubbish", "oddList", "oddHole { name }"),
        ("oddRaises", "oddLeaves", "oddLeavesLater", "oddGivesUp"),
        ("oddRaises", "oddHoldsOn", "oddIsMute", "oddSum", "oddEndless"),
    ],
)
async def test_a_field_that_raises_hangs_or_returns_another_type_is_null_alone(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, failing: tuple[str, ...]
) -> None:
    fields = " ".join(failing)
    caplog.set_level(logging.ERROR, "book_online")
    async with odd_clinic(sqlite_url) as api:
        async with asyncio.timeout(FIELD_TIMEOUT.total_seconds() * 10):
            answer = await api.ask(
                f"{{ clinic {{ name }} services {{ edges {{ node {{ slug {fields} }} }} }} }}"
            )

    node = {"slug": "visit"} | {field.partition(" ")[0]: None for field in failing}
    assert answer["data"] == {"clinic": {"name": "Sample Clinic"}, "services": {"edges": [{"node": node}]}}
    errors = {error["path"][4]: error for error in answer["errors"]}
    assert errors.keys() == {field.partition(" ")[0] for field in failing}
    for error in errors.values():
        assert error["extensions"]["code"] == "FEATURE_FAILED"
        assert error["extensions"]["feature"] == "odd"
        assert error["message"] == "This part can't be answered just now; all else is as it should be."
        assert f"incident {error['extensions']['incident']} at" in caplog.text
    assert "a secret of the feature's" not in str(answer)
    assert 'raise RuntimeError("a secret of the feature\'s")' in caplog.text


async def test_a_nested_field_that_fails_is_null_alone(sqlite_url: str) -> None:
    async with odd_clinic(sqlite_url) as api:
        async with asyncio.timeout(FIELD_TIMEOUT.total_seconds() * 10):
            answer = await api.ask('{ service(slug: "visit") { slug oddPair { name slow } } }')

    assert answer["data"] == {"service": {"slug": "visit", "oddPair": {"name": "visit", "slow": None}}}
    assert [error["extensions"]["feature"] for error in answer["errors"]] == ["odd"]


async def test_a_node_whose_look_up_fails_is_null_alone(database: Database, database_url: str) -> None:
    keys = ["one", "raises", "hangs", "wrong"]
    ids = [global_id("Service", "visit"), *(global_id("OddNode", key) for key in keys)]
    query = "query ($ids: [ID!]!, $raises: ID!) { nodes(ids: $ids) { id } node(id: $raises) { id } }"
    async with odd_clinic(database_url) as api:
        _, secret = await new_key(database, "catalogue", "patient-read")
        asked = {"query": query, "variables": {"ids": ids, "raises": ids[2]}}
        async with asyncio.timeout(FIELD_TIMEOUT.total_seconds() * 10):
            answer = (await api.http.post("/graphql", json=asked, headers=bearing(secret))).json()

    assert answer["data"] == {"nodes": [{"id": ids[0]}, {"id": ids[1]}, None, None, None], "node": None}
    assert sorted(error["path"] for error in answer["errors"] if error["path"] != ["node"]) == [
        ["nodes", 2],
        ["nodes", 3],
        ["nodes", 4],
    ]
    assert {error["extensions"]["feature"] for error in answer["errors"]} == {"odd"}


async def test_a_refusal_of_a_feature_is_an_error_like_any_other(sqlite_url: str) -> None:
    async with odd_clinic(sqlite_url) as api:
        answer = await api.ask('{ service(slug: "visit") { slug oddRefuses } }')

    assert answer["data"] == {"service": {"slug": "visit", "oddRefuses": None}}
    assert [(error["message"], error["extensions"]["code"]) for error in answer["errors"]] == [
        ("Not today.", "DECLINED")
    ]


async def test_a_failure_names_its_feature_behind_an_alias_and_a_fragment(sqlite_url: str) -> None:
    query = """{ node(id: "%s") { ...Odd } } fragment Odd on Service { mine: oddHole { name } }"""
    async with odd_clinic(sqlite_url) as api:
        answer = await api.ask(query % global_id("Service", "visit"))

    assert answer["data"] == {"node": {"mine": None}}
    assert [error["extensions"]["feature"] for error in answer["errors"]] == ["odd"]


async def test_an_error_of_the_core_names_no_feature(sqlite_url: str) -> None:
    async with odd_clinic(sqlite_url) as api:
        answer = await api.ask(
            '{ services(practitionerId: "nonsense") { edges { node { oddPair { name } } } } }'
        )

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_INPUT"]


async def test_a_loader_loads_a_hundred_rows_in_one_statement(database_url: str) -> None:
    practitioners = "".join(practitioner(f"p{number}", "09:00-12:00") for number in range(100))
    query = "{ practitioners(first: 100) { edges { node { slug oddShoeSize } } } }"
    plain = "{ practitioners(first: 100) { edges { node { slug } } } }"
    async with odd_clinic(database_url, clinic=small_clinic(practitioners=practitioners)) as api:
        with sql_statements() as sent:
            answer = await api.ask(query)
        with sql_statements() as without:
            await api.ask(plain)

    assert {
        edge["node"]["slug"]: edge["node"]["oddShoeSize"] for edge in answer["data"]["practitioners"]["edges"]
    } == {f"p{number}": None if number == 1 else len(f"p{number}") for number in range(100)}
    assert len([one for one in sent if one == "SELECT slug FROM practitioners"]) == 1
    assert not [one for one in without if one == "SELECT slug FROM practitioners"]


async def test_a_feature_reads_its_settings_and_its_own_objects(sqlite_url: str) -> None:
    query = '{ oddSettings service(slug: "visit") { oddPair { name other { name } } } }'
    async with odd_clinic(sqlite_url) as api:
        assert await api.ask(query) == {
            "data": {
                "oddSettings": "told",
                "service": {"oddPair": {"name": "visit", "other": {"name": "inner"}}},
            }
        }


@pytest.mark.parametrize(
    ("what", "shown"), [("odd", "OddTooOdd"), ("declined", "Declined"), ("plain", "Declined")]
)
async def test_a_refusal_is_shown_by_its_own_type_or_else_as_declined(
    sqlite_url: str, what: str, shown: str
) -> None:
    query = "mutation ($what: String!) { oddDo(what: $what) { problems { __typename message } } }"
    async with odd_clinic(sqlite_url) as api:
        answer = await api.ask(query, what=what)

    assert answer["data"]["oddDo"]["problems"] == [{"__typename": shown, "message": f"It is {what}."}]


async def test_a_field_without_permission_is_null_alone(database: Database, database_url: str) -> None:
    query = """query ($id: ID!) { node(id: $id) { id } service(slug: "visit") { slug oddPrivate } }"""
    one = global_id("OddNode", "one")
    async with odd_clinic(database_url) as api:
        anybody = await api.ask(query, id=one)
        _, secret = await new_key(database, "catalogue", "patient-read")
        asked = {"query": query, "variables": {"id": one}}
        partner = (await api.http.post("/graphql", json=asked, headers=bearing(secret))).json()

    assert anybody["data"] == {"node": None, "service": {"slug": "visit", "oddPrivate": None}}
    assert [error["extensions"]["code"] for error in anybody["errors"]] == ["FORBIDDEN"]
    assert partner["data"] == {"node": {"id": one}, "service": {"slug": "visit", "oddPrivate": "who comes"}}


async def test_depth_and_cost_of_a_features_types_are_limited(sqlite_url: str) -> None:
    inner = "name"
    for _ in range(20):
        inner = f"other {{ {inner} }}"
    deep = f'{{ service(slug: "visit") {{ oddPair {{ {inner} }} }} }}'
    dear = "{ services(first: 100) { edges { node { oddDear { name } } } } }"
    async with odd_clinic(sqlite_url) as api:
        answers = [await api.http.post("/graphql", json={"query": query}) for query in (deep, dear)]

    assert [one.json()["errors"][0]["extensions"]["limit"] for one in answers] == ["depth", "cost"]


@pytest.mark.parametrize("leaves", ["false", "true"])
async def test_a_subscription_that_fails_names_its_feature(sqlite_url: str, leaves: str) -> None:
    async with odd_clinic(sqlite_url) as api:
        answer = await api.http.post(
            "/graphql",
            json={"query": f"subscription {{ oddCounts(leaves: {leaves}) }}"},
            headers={"accept": "text/event-stream"},
        )

    assert '"oddCounts":1' in answer.text
    assert '"feature":"odd"' in answer.text
    assert "a secret of the feature's" not in answer.text


async def test_a_features_answers_are_cached_only_if_it_is_cacheable(sqlite_url: str) -> None:
    calls: list[str] = []

    @strawberry.type
    class CountOfService:
        @strawberry.field(directives=[CATALOGUE])
        def count_calls(self) -> int | None:
            calls.append("asked")
            return len(calls)

    query = '{ service(slug: "visit") { countCalls } }'
    for is_cacheable, told in ((False, [1, 2]), (True, [3, 3])):
        feature = Feature(
            name="count", api=API, fields={"Service": CountOfService}, is_cacheable=is_cacheable
        )
        async with odd_clinic(sqlite_url, feature) as api:
            answers = [await api.ask(query) for _ in range(2)]
        assert [answer["data"]["service"]["countCalls"] for answer in answers] == told


async def test_a_busy_source_that_fails_is_named(sqlite_url: str) -> None:
    async def fails(_query: Any) -> Any:
        raise RuntimeError("a secret of the feature's")

    query = """query ($id: ID!) { clinic { name } openSlots(filter: {
      serviceId: $id, from: "2026-11-24", to: "2026-11-24" }) { edges { cursor } } }"""
    async with odd_clinic(sqlite_url, Feature(name="odd", api=API, busy_sources=[fails])) as api:
        answer = await api.ask(query, id=global_id("Service", "visit"))

    assert answer["data"] == {"clinic": {"name": "Sample Clinic"}, "openSlots": None}
    (error,) = answer["errors"]
    assert error["extensions"].items() >= {"code": "CHECK_FAILED", "feature": "odd"}.items()
    assert error["extensions"]["path"] == []


def test_only_answers_with_times_depend_on_a_busy_source() -> None:
    async def busy(_query: Any) -> list[Any]:
        return []

    feature = EnabledFeature(Feature(name="odd", api=API, busy_sources=[busy]), "a package")
    with_source, without = schema_with([feature]).cacheable_fields, schema_with([]).cacheable_fields
    assert without - with_source == {
        *("openSlots", "soonestSlots", "nextOpenSlot", "availability", "courseSlots"),
    }
    assert {"clinic", "services", "practitioners"} <= with_source
