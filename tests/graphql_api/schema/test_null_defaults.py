"""Null for an optional argument or input field means that it is not given."""

from typing import Any

import httpx
import pytest
import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema, Undefined, is_non_null_type

from graphql_api.schema.null_defaults import take_null_as_default
from graphql_api.schema.schema import schema_with
from tests.support.graphql_client import service_id

DAY = {"serviceId": service_id("dry-needling"), "from": "2026-11-24", "to": "2026-11-24"}
DOCUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "literals": ("{ services(first: null, after: null) { edges { node { slug } } } }", {}),
    "variables": (
        "query ($n: Int, $a: String) { services(first: $n, after: $a) { edges { node { slug } } } }",
        {"n": None, "a": None},
    ),
    "a list in an object": (
        "{ services { edges { node { practitioners(first: null, after: null) { edges { cursor } } } } } }",
        {},
    ),
    "fields of an input": (
        "query ($f: OpenSlotFilter!) { openSlots(filter: $f, first: null) { edges { cursor } } }",
        {"f": DAY | {"practitionerId": None, "locationId": None, "distinctTimes": None}},
    ),
    "every argument": (
        """query ($s: ID!) { courseSlots(serviceId: $s, startsAt: "2026-11-24T09:00:00-05:00",
        everyDays: null, practitionerId: null, locationId: null) { startsAt } }""",
        {"s": service_id("dry-needling-course")},
    ),
}


@pytest.mark.parametrize("subject", DOCUMENTS)
async def test_null_means_the_default(http: httpx.AsyncClient, subject: str) -> None:
    document, variables = DOCUMENTS[subject]
    answer = (await http.post("/graphql", json={"query": document, "variables": variables})).json()
    assert "errors" not in answer
    without = document.replace("first: null, after: null", "first: 20").replace(", first: null", "")
    assert answer == (await http.post("/graphql", json={"query": without, "variables": variables})).json()


async def test_null_in_a_mutation_means_the_default(http: httpx.AsyncClient) -> None:
    document = (
        """mutation ($i: BookAppointmentInput!) { bookAppointment(input: $i) { problems { __typename } } }"""
    )
    patient = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0123"}
    variables = {"i": {"holdToken": "x", "patient": patient, "screening": None, "idempotencyKey": None}}
    answer = (await http.post("/graphql", json={"query": document, "variables": variables})).json()
    assert answer == {"data": {"bookAppointment": {"problems": [{"__typename": "NotFound"}]}}}


def inputs_that_refuse_null(schema: GraphQLSchema) -> list[str]:
    refusing = []
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLInputObjectType):
            inputs = {f"{kind.name}.{name}": field for name, field in kind.fields.items()}
        else:
            fields = getattr(kind, "fields", {})
            inputs = {
                f"{kind.name}.{name}({argument})": value
                for name, field in fields.items()
                for argument, value in field.args.items()
            }
        refusing += [
            name
            for name, value in inputs.items()
            if value.default_value is not Undefined and is_non_null_type(value.type)
        ]
    return refusing


def test_no_optional_input_of_the_schema_refuses_null() -> None:
    assert inputs_that_refuse_null(schema_with([])._schema) == []


@strawberry.input
class Window:
    days: int = 7
    names: list[str] = strawberry.field(default_factory=lambda: ["a"])


@strawberry.type
class Root:
    @strawberry.field
    def plain(self, n: int = 3) -> int:
        return n

    @strawberry.field
    async def window(self, window: Window) -> str:
        return f"{window.days} {window.names}"


async def test_resolvers_and_inputs_of_any_feature_get_their_defaults() -> None:
    schema = strawberry.Schema(Root)
    assert inputs_that_refuse_null(schema._schema) != []
    take_null_as_default(schema._schema)
    assert inputs_that_refuse_null(schema._schema) == []

    answer = await schema.execute(
        "query ($n: Int, $w: Window!) { plain(n: $n) given: plain(n: 5) window(window: $w) }",
        variable_values={"n": None, "w": {"days": None, "names": None}},
    )

    assert answer.errors is None
    assert answer.data == {"plain": 3, "given": 5, "window": "7 ['a']"}
