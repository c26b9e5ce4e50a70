"""What a document costs the processor is bounded before the work is done, and paid for."""

import asyncio
import time
import uuid
from typing import Any

import httpx
import pytest
from graphql import GraphQLError, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.limits.equal_fields import check_equal_fields
from graphql_api.limits.limits import (
    CHARACTERS_PER_POINT,
    MAX_EQUAL_FIELD_PAIRS,
    MAX_NUMBER_LENGTH,
    MAX_POINTS_OF_TEXT,
)
from graphql_api.schema.schema import schema_with

ASK = {"accept": "application/graphql-response+json"}
DIGITS = "9" * 4301
NUMBERS = {
    "an argument": f"{{ services(first: {DIGITS}) {{ edges {{ cursor }} }} }}",
    "a negative argument": f"{{ services(first: -{DIGITS}) {{ edges {{ cursor }} }} }}",
    "a fraction": f"{{ services(first: {DIGITS}.5) {{ edges {{ cursor }} }} }}",
    "an exponent": f"{{ services(first: 1e{DIGITS}) {{ edges {{ cursor }} }} }}",
    "a default": f"query ($n: Int = {DIGITS}) {{ services(first: $n) {{ edges {{ cursor }} }} }}",
    "a directive": f"{{ clinic @skip(if: {DIGITS}) {{ name }} }}",
    "an id": f"{{ node(id: {DIGITS}) {{ id }} }}",
    "a list in an object": f"{{ nodes(ids: [{DIGITS}]) {{ id }} }}",
    "an unknown argument": f"{{ clinic(x: {{y: [{DIGITS}]}}) {{ name }} }}",
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


async def post(http: httpx.AsyncClient, query: str, **variables: Any) -> httpx.Response:
    return await http.post("/graphql", json={"query": query, "variables": variables}, headers=ASK)


@pytest.mark.parametrize("place", NUMBERS)
async def test_a_number_of_thousands_of_digits_is_a_request_error(
    http: httpx.AsyncClient, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = await post(http, NUMBERS[place])
    assert response.status_code == 400
    assert f"at most {MAX_NUMBER_LENGTH} characters" in response.json()["errors"][0]["message"]
    assert caplog.records == []


@pytest.mark.parametrize("number", [f"{DIGITS}", f"-{DIGITS}", "1e999999", "-0", "1E400"])
async def test_a_strange_number_in_variables_causes_no_server_error(
    http: httpx.AsyncClient, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    query = "query ($n: Int, $i: ID!) { services(first: $n) { edges { cursor } } node(id: $i) { id } }"
    body = f'{{"query": "{query}", "variables": {{"n": {number}, "i": {number}}}}}'
    headers = ASK | {"content-type": "application/json"}
    response = await http.post("/graphql", content=body, headers=headers)
    assert response.status_code in (200, 400)
    assert "INTERNAL" not in response.text
    assert caplog.records == []


@pytest.mark.parametrize(
    "document",
    [
        "{ " + "clinic { name } " * 120 + "}",
        "{ clinic { " + "locations { slug } " * 120 + "} }",
        "{ " + "clinic { locations { slug } locations { slug } locations { slug } } " * 30 + "}",
        "{ " + "...on Query { clinic { name } } " * 90 + "}",
        "{ " + "x: clinic { name } " * 90 + "}",
        "{ clinic { " + "name " * 900 + "} }",
        "fragment F on Query { " + "clinic { name } " * 120 + "} { clinic { name } }",
    ],
)
async def test_equal_fields_are_counted_before_they_are_compared(
    http: httpx.AsyncClient, document: str
) -> None:
    response = await post(http, document)
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "equalFields",
        "most": MAX_EQUAL_FIELD_PAIRS,
    }


def test_fragments_that_double_are_not_written_out() -> None:
    fragments = " ".join(
        f"fragment F{n} on Clinic {{ a{n}: name locations {{ slug }} b{n}: bookingPolicy {{ ...G }} }}"
        for n in range(40)
    )
    doubling = "fragment G on X { " + " ".join(f"k{n} {{ ...G{n} }}" for n in range(9)) + " }"
    for n in range(9):
        below = " ".join(f"k{m} {{ ...G{n + 1} }}" for m in range(9))
        doubling += f" fragment G{n} on X {{ {below} }}"
    started = time.perf_counter()
    with pytest.raises(GraphQLError, match="fragments written out"):
        check_equal_fields(parse(f"{{ ...G }} {fragments} {doubling} fragment G9 on X {{ x }}"))
    assert time.perf_counter() - started < 5  # Written out it has a billion fields.


def selections(depth: int) -> st.SearchStrategy[str]:
    names = st.sampled_from(["a", "b", "x: a", "a(n: 1)"])
    if depth == 0:
        return names
    below = st.lists(selections(depth - 1), min_size=1, max_size=3).map(
        lambda each: f"{{ {' '.join(each)} }}"
    )
    return st.one_of(names, st.tuples(names, below).map(" ".join), below.map(lambda text: f"... {text}"))


@given(st.lists(selections(3), min_size=1, max_size=5))
def test_a_real_document_is_within_the_bound(parts: list[str]) -> None:
    check_equal_fields(parse(f"{{ {' '.join(parts)} }}"))


async def test_introspection_is_paid_by_its_size(http: httpx.AsyncClient) -> None:
    usual = await post(http, get_introspection_query())
    assert "errors" not in usual.json()
    many = " ".join(f"a{n}: __schema {{ types {{ name fields {{ name }} }} }}" for n in range(19))
    refused = await post(http, f"{{ {many} }}")
    assert refused.json()["errors"][0]["extensions"]["limit"] == "cost"
    spread = " ".join(f"a{n}: __schema {{ ...S }}" for n in range(3))
    refused = await post(http, f"{{ {spread} }} fragment S on __Schema {{ types {{ name }} }}")
    assert refused.json()["errors"][0]["extensions"]["limit"] == "cost"


def cost_of(response: httpx.Response) -> int:
    cost: int = response.json()["data"]["rateLimit"]["cost"]
    return cost


async def test_a_comment_makes_a_document_new_and_is_paid(http: httpx.AsyncClient) -> None:
    fields = " ".join(f'a{n}: service(slug: "{n}") {{ name }}' for n in range(15))
    document = f"{{ {fields} rateLimit {{ cost }} }}"
    await post(http, document)
    again = cost_of(await post(http, document))
    for _ in range(3):
        varied = f"{document} # {uuid.uuid4()}"  # The cache is the process's, so each run needs other texts.
        assert cost_of(await post(http, varied)) - again == len(varied) // CHARACTERS_PER_POINT
    long = await post(http, f"{document} # {uuid.uuid4()}" + "#" * 20_000)
    assert cost_of(long) - again == MAX_POINTS_OF_TEXT


async def test_a_new_document_is_validated_beside_the_event_loop() -> None:
    schema = schema_with([])
    names = " ".join(f'f{n}: service(slug: "{n}") {{ name slug description }}' for n in range(60))
    progress = 0

    async def count() -> None:
        nonlocal progress
        while True:
            progress += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await asyncio.gather(*(schema.documents.prepare(f"{{ {names} }} # {n}") for n in range(5)))
    counting.cancel()
    assert progress > 50
