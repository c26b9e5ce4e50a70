"""What an operation costs, known before it runs: about the objects that it may be answered with."""

from typing import Annotated, Any

import httpx
import pytest
import strawberry

from graphql_api.extensions.feature import API, EnabledFeature, Feature
from graphql_api.limits.document_facts import document_facts
from graphql_api.limits.query_cost import query_cost
from graphql_api.schema.schema import BookingSchema
from graphql_api.security.viewer import CATALOGUE
from tests.support.graphql_client import service_id

COSTS: dict[str, tuple[str, dict[str, Any], int]] = {
    "values": ("{ __typename clinic { name phone } }", {}, 1),
    "a page": ("{ services(first: 7) { edges { node { slug } } pageInfo { endCursor } } }", {}, 1 + 7),
    "a usual page": ("{ services { edges { node { slug } } } }", {}, 1 + 20),
    "pages in pages": (
        "{ services(first: 3) { edges { node { practitioners(first: 4) { edges { node { slug } } } } } } }",
        {},
        1 + 3 * (1 + 1 + 4),
    ),
    "a page by a variable": (
        "query ($n: Int! = 9) { services(first: $n) { edges { node { slug } } } }",
        {"n": 5},
        1 + 5,
    ),
    "a page by a variable's default": (
        "query ($n: Int! = 9) { services(first: $n) { edges { node { slug } } } }",
        {},
        1 + 9,
    ),
    "a page by a null": ("{ services(first: null) { edges { node { slug } } } }", {}, 1 + 20),
    "a page by a variable that is null": (
        "query ($n: Int) { services(first: $n) { edges { node { slug } } } }",
        {"n": None},
        1 + 20,
    ),
    "a page by a variable that is not given": (
        "query ($n: Int) { services(first: $n) { edges { node { slug } } } }",
        {},
        1 + 20,
    ),
    "a page by something else": (
        "query ($n: Int! = 9) { services(first: $n) { edges { node { slug } } } }",
        {"n": "many"},
        1 + 1,
    ),
    "a page by a fraction": (
        "query ($n: Int) { services(first: $n) { edges { node { slug } } } }",
        {"n": 100.0},
        1 + 100,
    ),
    "a page that is too large": ("{ services(first: 5000) { edges { node { slug } } } }", {}, 1 + 100),
    "a page by a variable's default that is replaced by null": (
        "query ($n: Int = 50) { services(first: $n) { edges { node { slug } } } }",
        {"n": None},
        1 + 20,
    ),
    "pages by one variable in each other": (
        "query ($n: Int = 6) { services(first: $n) { edges { node { practitioners(first: $n) { edges {"
        " node { slug } } } } } } }",
        {},
        1 + 6 * (1 + 1 + 6),
    ),
    "too many nodes": ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a"] * 80}, 80),
    "nodes by a variable's default": ('query ($i: [ID!]! = ["a", "b"]) { nodes(ids: $i) { id } }', {}, 2),
    "nodes by variables in a list": ("query ($a: ID!) { nodes(ids: [$a, $a, $a]) { id } }", {"a": "x"}, 3),
    "a list": ("{ clinic { locations { openingHours { opens } } } }", {}, 1 + 5 * (1 + 5)),
    "nodes": ('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, 3),
    "nodes by a variable": ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a", "b"]}, 2),
    "the dearest of an interface": (
        '{ node(id: "a") { ...on Clinic {locations {slug}} ...on Service { faq {answer} price {amount} } } }',
        {},
        1 + 5 + 1,
    ),
    "a fragment in two places": (
        "{ a: clinic { ...L } b: clinic { ...L } } fragment L on Clinic { locations { slug } }",
        {},
        2 * (1 + 5),
    ),
    "a search": (
        '{ availability(filter: {serviceId: "x", from: "2026-01-01", to: "2026-01-01"}) { date } }',
        {},
        5 * (10 + 0),
    ),
    "a mutation": ('mutation { releaseHold(input: {holdToken: "x"}) { released } }', {}, 10 + 1),
}


@pytest.mark.parametrize("what", COSTS)
def test_the_cost_of_an_operation(what: str) -> None:
    document, variables, cost = COSTS[what]
    operation = document_facts(document).operation(None)
    assert query_cost(BookingSchema()._schema, operation, variables) == cost


@strawberry.type(description="An entry.")
class ItemsEntry:
    name: str = strawberry.field(description="Its name.", default="x")


@strawberry.type
class ListQuery:
    @strawberry.field(description="Items without pages.", directives=[CATALOGUE])
    def items(
        self, first: Annotated[int, strawberry.argument(description="How many at most.")] = 400
    ) -> list[ItemsEntry] | None:
        return []


LISTS = {
    "{ items { name } }": 400,
    "{ items(first: null) { name } }": 400,
    "query ($n: Int) { items(first: $n) { name } }": 400,
    "query ($n: Int = 7) { items(first: $n) { name } }": 7,
    "{ items(first: 5000) { name } }": 5000,
}


@pytest.mark.parametrize("document", LISTS)
def test_the_list_of_a_feature_costs_its_own_default(document: str) -> None:
    feature = Feature(name="items", api=API, query=ListQuery)
    schema = BookingSchema([EnabledFeature(feature, "a package")])._schema
    assert query_cost(schema, document_facts(document).operation(None), {}) == LISTS[document]


async def test_a_size_written_as_a_fraction_is_charged_as_it_is_answered(http: httpx.AsyncClient) -> None:
    query = "query ($n: Int) { services(first: $n) { edges { node { slug } } } rateLimit { cost } }"
    costs = []
    for _ in range(2):
        answer = await http.post("/graphql", json={"query": query, "variables": {"n": 100.0}})
        costs.append(answer.json()["data"]["rateLimit"]["cost"])
    assert costs[-1] == 1 + 1 + 100 + 1


async def test_an_operation_over_the_cost_limit_is_refused_with_its_cost(http: httpx.AsyncClient) -> None:
    practitioners = "practitioners(first: 100) { edges { node { slug } } }"
    document = f"{{ services(first: 100) {{ edges {{ node {{ {practitioners} }} }} }} }}"
    accept = {"accept": "application/graphql-response+json"}
    response = await http.post("/graphql", json={"query": document}, headers=accept)
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "cost", "most": 1000, "cost": 10_201}


async def test_an_answer_has_no_more_objects_than_were_paid_for(http: httpx.AsyncClient) -> None:
    document = """query ($s: ID!) {
      services(first: 2) { edges { node { practitioners(first: 2) { edges { node { slug } } } } } }
      openSlots(filter: {serviceId: $s, from: "2026-11-24", to: "2026-11-24"}, first: 10) {
        edges { node { practitioner { slug } location { slug } } } }
      rateLimit { cost } }"""
    data = (await http.post("/graphql", json={"query": document, "variables": {"s": service_id()}})).json()[
        "data"
    ]

    def objects(value: Any) -> int:
        if isinstance(value, list):
            return sum(objects(one) for one in value)
        if not isinstance(value, dict):
            return 0
        # An edge is paid with its node.
        return ("node" not in value) + sum(objects(one) for one in value.values())

    assert len(data["openSlots"]["edges"]) == 10
    assert objects(data) - 1 <= data["rateLimit"]["cost"]


def test_a_cost_is_remembered_only_where_no_variable_changes_it() -> None:
    schema = BookingSchema()._schema
    fixed = document_facts("{ services(first: 6) { edges { node { slug } } } }").operation(None)
    by_variable = document_facts(
        "query ($n: Int, $ids: [ID!] = []) { services(first: $n) { edges { node { slug } } } "
        "nodes(ids: $ids) { id } }"
    ).operation(None)
    by_list = document_facts('query ($id: ID!) { nodes(ids: ["x", $id]) { id } }').operation(None)
    for _ in range(2):
        assert query_cost(schema, fixed, {}) == 1 + 6
        assert query_cost(schema, by_list, {"id": "y"}) == 2
        for n in (3, 8):
            assert query_cost(schema, by_variable, {"n": n, "ids": ["x"] * n}) == 1 + n + n
    assert [bool(facts.fixed_costs) for facts in (fixed, by_variable, by_list)] == [True, False, False]
