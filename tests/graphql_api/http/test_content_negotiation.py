"""The media type of an answer: the client's weights count, and the operation decides about a stream."""

import json

import httpx
import pytest

from graphql_api.http.content_negotiation import (
    EVENT_STREAM,
    GRAPHQL_RESPONSE,
    JSON,
    media_type_of_answer,
)
from graphql_api.security.request_error import RequestError

ANSWERS: dict[str, str | None] = {
    "": JSON,
    "*/*": JSON,
    "application/*": JSON,
    JSON: JSON,
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    f"{JSON}, {GRAPHQL_RESPONSE}": GRAPHQL_RESPONSE,
    f"{GRAPHQL_RESPONSE}; q=0.1, {JSON}": JSON,
    f"{GRAPHQL_RESPONSE};charset=utf-8 , {JSON};q=0.9": GRAPHQL_RESPONSE,
    f"{JSON};q=0.2, */*;q=0.9": GRAPHQL_RESPONSE,
    f"{JSON};q=0, */*": GRAPHQL_RESPONSE,
    f"{JSON};q=0, {GRAPHQL_RESPONSE};q=0": None,
    "*/*;q=0": None,
    "application/*;q=0, */*": None,
    "text/html": None,
    # Clients that name a stream among others, as their libraries do for every request.
    f"{EVENT_STREAM}, {JSON}": JSON,
    f"{JSON}, {EVENT_STREAM}, {GRAPHQL_RESPONSE}": GRAPHQL_RESPONSE,
    f"multipart/mixed, {EVENT_STREAM}, */*": JSON,
    f"{EVENT_STREAM};q=0, {JSON}": JSON,
    f"{EVENT_STREAM}, {JSON};q=0.1": JSON,
    EVENT_STREAM: EVENT_STREAM,
    f"{EVENT_STREAM}, text/html": EVENT_STREAM,
    EVENT_STREAM.upper(): EVENT_STREAM,
    f"{EVENT_STREAM};q=0": None,
    f"{JSON};q=much": None,
}
"""By `Accept`, how a query or mutation is answered; None is refused."""
SUBSCRIPTIONS = {
    EVENT_STREAM: EVENT_STREAM,
    f"{JSON}, {EVENT_STREAM};q=0.1": EVENT_STREAM,
    f"{EVENT_STREAM};q=0, {JSON}": JSON,
    "*/*": JSON,
}
QUERY = "{ clinic { name } }"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


@pytest.mark.parametrize("accept", ANSWERS)
def test_a_query_is_answered_in_the_type_that_is_liked_best(accept: str) -> None:
    if ANSWERS[accept] is None:
        with pytest.raises(RequestError) as refused:
            media_type_of_answer(accept, is_subscription=False)
        assert refused.value.status == 406
    else:
        assert media_type_of_answer(accept, is_subscription=False) == ANSWERS[accept]


@pytest.mark.parametrize("accept", SUBSCRIPTIONS)
def test_a_subscription_is_streamed_where_a_stream_is_named(accept: str) -> None:
    assert media_type_of_answer(accept, is_subscription=True) == SUBSCRIPTIONS[accept]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_stream_named_among_others_makes_no_stream_of_a_query(
    http: httpx.AsyncClient, method: str
) -> None:
    accept = {"accept": f"{EVENT_STREAM}, multipart/mixed, {JSON}"}
    for _ in range(5):  # More than a client may have streams.
        if method == "GET":
            response = await http.get("/graphql", params={"query": QUERY}, headers=accept)
        else:
            response = await http.post("/graphql", json={"query": QUERY}, headers=accept)
        assert (response.status_code, response.headers["content-type"]) == (200, f"{JSON}; charset=utf-8")


OPERATIONS = (
    "query A { clinic { name } }",
    'mutation B { releaseHold(input: {holdToken: "x"}) { released } }',
)


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE, EVENT_STREAM])
@pytest.mark.parametrize("name", [{}, {"operationName": None}, {"operationName": ""}, {"operationName": "C"}])
async def test_one_of_several_operations_must_be_named(
    http: httpx.AsyncClient, accept: str, name: dict[str, str | None]
) -> None:
    for document in (" ".join(OPERATIONS), " ".join(reversed(OPERATIONS))):
        body = {"query": document} | name
        response = await http.post("/graphql", json=body, headers={"accept": accept})
        assert response.status_code == 400
        assert "data" not in response.json()


async def test_one_of_several_operations_must_be_named_in_a_get_too(http: httpx.AsyncClient) -> None:
    document = "query A { clinic { name } } query B { clinic { phone } }"
    refused = await http.get("/graphql", params={"query": document})
    assert refused.status_code == 400
    assert "operationName" in json.dumps(refused.json())
    answer = await http.get("/graphql", params={"query": document, "operationName": "B"})
    assert answer.json() == {"data": {"clinic": {"phone": "+14165451881"}}}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE, EVENT_STREAM])
@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("fragment F on Query { __typename }", None),
        ("fragment F on Query { __typename }", "F"),
        (OPERATIONS[0], "B"),
        (OPERATIONS[0].replace(" A", ""), "A"),
        (f"{OPERATIONS[1]} {OPERATIONS[1]}", "B"),
        (f"{{ __typename }} {OPERATIONS[1]}", "B"),
        (f"{{ __typename }} {OPERATIONS[1]}", None),
    ],
)
async def test_a_document_without_the_one_named_operation_executes_nothing(
    http: httpx.AsyncClient, accept: str, document: str, name: str | None
) -> None:
    body = {"query": document, "operationName": name}
    response = await http.post("/graphql", json=body, headers={"accept": accept})
    assert response.status_code == 400 or accept == JSON  # Its clients get 200 for an invalid document.
    assert "data" not in response.json()
    assert response.json()["errors"]
