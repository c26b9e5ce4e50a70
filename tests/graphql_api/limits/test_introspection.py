"""Introspection is paid by its size, and the schema is a file too."""

from typing import Any

import httpx
import pytest
from graphql import FieldNode, get_introspection_query

from graphql_api.limits.document_facts import document_facts
from graphql_api.limits.introspection_cost import introspection_values
from graphql_api.limits.limits import MAX_COST
from graphql_api.schema.schema import BookingSchema, printed_schema

ASK = {"accept": "application/graphql-response+json"}
USUAL = get_introspection_query(input_value_deprecation=True)
TYPES = (
    "fragment T on __Schema { types { name fields { name args { name type { name ofType { name } } } } } }"
)
DOCUMENTS = {
    "as tools ask": USUAL,
    "names": "{ __schema { types { name } } }",
    "many values": "{ __schema { types {" + " ".join(f"a{n}: name" for n in range(30)) + "} } }",
    "possible types": "{ __schema { types { possibleTypes { name fields { name } } } } }",
    "fields of fields": "{ __schema { types { fields { type { fields { name } ofType { fields { name } } } }"
    " } } }",
    "a fragment": f"{{ __schema {{ ...T }} }} {TYPES}",
    "directives": "{ __schema { directives { name args { name description } } } }",
    "the queries": "{ __schema { queryType { fields { name args { name } } } } }",
}
MANY_FIELDS = " ".join(f"a{n}: fields {{ name description args {{ name }} }}" for n in range(28))
SEVERAL = {
    "many times in each type": f"{{ __schema {{ types {{ {MANY_FIELDS} }} }} }}",
    "many times in the types of fields": (
        f"{{ __schema {{ types {{ fields {{ type {{ {MANY_FIELDS} }} }} }} }} }}"
    ),
    "19 times": "{" + " ".join(f"a{n}: __schema {{ ...T }}" for n in range(19)) + "}" + TYPES,
    "through fragments": "{ ...A ...B ...C }"
    + "".join(
        f" fragment {name} on Query {{ {name}1: __schema {{ ...T }} {name}2: __schema {{ ...T }} "
        f"{name}3: __schema {{ ...T }} }}"
        for name in "ABC"
    )
    + TYPES.replace("types {", "types { name description interfaces { name fields { name } } "),
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


@pytest.mark.parametrize("what", DOCUMENTS)
async def test_the_cost_is_about_the_number_of_values(http: httpx.AsyncClient, what: str) -> None:
    schema = BookingSchema()._schema
    operation = document_facts(DOCUMENTS[what]).operation(None)
    estimated = sum(
        introspection_values(schema, node, operation.fragments)
        for node in operation.node.selection_set.selections
        if isinstance(node, FieldNode)
    )
    answer = await http.post("/graphql", json={"query": DOCUMENTS[what]})
    exact = values(answer.json()["data"])
    assert exact / 2 <= estimated <= exact * 2


def values(part: Any) -> int:
    if isinstance(part, dict):
        return sum(1 + values(each) for each in part.values())
    return sum(map(values, part)) if isinstance(part, list) else 0


@pytest.mark.parametrize("what", SEVERAL)
async def test_introspection_many_times_is_refused_with_its_cost(http: httpx.AsyncClient, what: str) -> None:
    answer = await http.post("/graphql", json={"query": SEVERAL[what]}, headers=ASK)
    assert answer.status_code == 400
    extensions = answer.json()["errors"][0]["extensions"]
    assert (extensions["code"], extensions["limit"]) == ("LIMIT_EXCEEDED", "cost")
    assert extensions["cost"] > MAX_COST


async def test_the_schema_is_a_file_too(http: httpx.AsyncClient) -> None:
    file = await http.get("/graphql/schema.graphql")
    assert (file.status_code, file.text) == (200, printed_schema())
    assert file.headers["content-type"] == "text/plain; charset=utf-8"
    again = await http.get("/graphql/schema.graphql", headers={"if-none-match": file.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
