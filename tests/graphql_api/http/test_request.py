"""Requests that hold no operation, and the status that each is answered with."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import HOLD, service_id
from tests.support.live_server import live_server

QUERY = "{ clinic { name } }"

JSON = {"content-type": "application/json"}

GRAPHQL_RESPONSE = "application/graphql-response+json"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"not json", 400),
        (b"\xff\xfe\x00", 400),
        (b'{"query": "\xff"}', 400),
        (b"[]", 400),
        (b'[{"query": "{ clinic { name } }"}]', 400),
        (b"1", 400),
        (b"null", 400),
        (b"true", 400),
        (b'"text"', 400),
        (b"NaN", 400),
        (b"{}", 400),
        (b'{"query": null}', 400),
        (b'{"query": 7}', 400),
        (b'{"query": ""}', 400),
        (b'{"query": "{ clinic { name } }", "variables": [7]}', 400),
        (b'{"query": "{ clinic { name } }", "variables": "x"}', 400),
        (b'{"query": "{ clinic { name } }", "operationName": 7}', 400),
        (b'{"query": "{ clinic { name } }", "extensions": 7}', 400),
        (b"[" * 30_000, 400),
        (b'{"a":' * 10_000, 400),
        (b'{"query": "' + b"x" * 10_000_000 + b'"}', 413),
    ],
    ids=lambda value: str(value[:30]) if isinstance(value, bytes) else str(value),
)
async def test_a_body_without_an_operation_is_refused(
    http: httpx.AsyncClient, body: bytes, status: int
) -> None:
    response = await http.post("/graphql", content=body, headers=JSON)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert response.json()["errors"][0]["message"]


async def test_a_body_over_the_limit_is_refused_while_it_is_read(http: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 10_000_000:
            read += 10_000
            yield b" " * 10_000

    response = await http.post("/graphql", content=endless(), headers=JSON)

    assert response.status_code == 413
    assert read < 200_000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "x/application/json", ""]
)
async def test_a_body_that_is_not_json_is_refused(http: httpx.AsyncClient, kind: str) -> None:
    body = json.dumps({"query": QUERY}).encode()

    response = await http.post("/graphql", content=body, headers={"content-type": kind} if kind else {})

    assert response.status_code == 415


async def test_half_a_surrogate_pair_causes_no_server_error(http: httpx.AsyncClient) -> None:
    query = b'"query ($f: Int) { services(first: $f) { edges { cursor } } }"'
    body = b'{"query": ' + query + b', "variables": {"f": "\\ud800"}}'

    response = await http.post("/graphql", content=body, headers=JSON)

    assert response.status_code == 200
    assert "errors" in response.json()


async def test_a_nul_character_causes_no_server_error(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json={"query": '{ service(slug: "a\\u0000b") { name } }'})

    assert response.json() == {"data": {"service": None}}


async def test_a_query_is_answered_by_get_and_a_mutation_is_not(http: httpx.AsyncClient) -> None:
    asked = await http.get("/graphql", params={"query": QUERY}, headers={"accept": GRAPHQL_RESPONSE})
    assert asked.json() == {"data": {"clinic": {"name": "Sample Health Services"}}}

    mutation = 'mutation { releaseHold(input: {holdToken: "x"}) { released } }'
    refused = await http.get("/graphql", params={"query": mutation})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")

    variables = {
        "query": "query ($s: String!) { service(slug: $s) { slug } }",
        "variables": '{"s": "dry-needling"}',
    }
    assert (await http.get("/graphql", params=variables)).json() == {
        "data": {"service": {"slug": "dry-needling"}}
    }
    assert (await http.get("/graphql", params={"query": QUERY, "variables": "{"})).status_code == 400
    assert (await http.get("/graphql", params={"query": "#" * 9000})).status_code == 414


async def test_methods_and_media_types_that_are_not_served_are_refused(http: httpx.AsyncClient) -> None:
    put = await http.put("/graphql", json={"query": QUERY})
    assert (put.status_code, put.headers["allow"]) == (405, "GET, POST")
    xml = await http.post("/graphql", json={"query": QUERY}, headers={"accept": "application/xml"})
    assert xml.status_code == 406


async def test_a_page_of_any_origin_may_send_requests_without_cookies(http: httpx.AsyncClient) -> None:
    preflight = await http.options(
        "/graphql",
        headers={
            "origin": "https://somewhere.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,accept-language,traceparent,"
            "apollographql-client-name,x-request-id,x-apollo-operation-name",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight.headers


async def test_an_unexpected_error_is_masked_with_an_incident_id_that_the_log_knows(
    http: httpx.AsyncClient, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(database_url)
    async with database.write() as session:
        await session.execute(text("ALTER TABLE services RENAME TO gone"))
    await database.close()

    answer = (await http.post("/graphql", json={"query": "{ services { edges { cursor } } }"})).json()

    error = answer["errors"][0]
    assert answer["data"] == {"services": None}
    assert error["message"] == "Something went wrong on our side. Please try again, or call the clinic."
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["incident"] in caplog.text
    assert "services" in caplog.text


async def test_a_request_without_a_database_is_answered_with_try_again(tmp_path: Path) -> None:
    nothing = Settings(database_url=f"sqlite:///{tmp_path}/no/such/folder/clinic.sqlite3")
    async with asgi_client(create_app(nothing)) as http:
        asked = await http.post("/graphql", json={"query": QUERY})
        assert asked.status_code == 503
        assert asked.headers["retry-after"] == "5"
        assert "try again" in asked.json()["errors"][0]["message"]
        for path in ("/book", "/readyz"):
            assert (await http.get(path)).status_code == 503
        assert (await http.get("/healthz")).status_code == 200


async def test_health_distinguishes_the_process_from_the_database(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/readyz")).status_code == 200


async def test_a_client_that_hangs_up_in_the_middle_causes_no_server_error(
    sqlite_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    async with live_server(create_app(Settings(database_url=sqlite_url))) as url:
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        head = (
            "POST /graphql HTTP/1.1",
            "Host: here",
            "Content-Type: application/json",
            "Content-Length: 99",
        )
        writer.write("\r\n".join((*head, "", '{"query":')).encode())
        await writer.drain()
        writer.close()
        async with httpx.AsyncClient(base_url=url) as http:
            assert (await http.get("/readyz")).status_code == 200

    assert "Traceback" not in capfd.readouterr().err


async def test_an_answer_that_takes_too_long_is_a_503(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphql_api.http.endpoint.DEADLINE", timedelta(milliseconds=300))
    database = open_database(postgresql_url)
    await open_clinic(database)
    async with asgi_client(create_app(Settings(postgresql_url), now=lambda: NOW)) as http:
        given = {"serviceId": service_id(), "startsAt": "2026-11-24T09:00:00-05:00"}
        hold = {"query": HOLD, "variables": {"input": given}}
        async with database.write() as session:  # Nobody else can decide while this lasts.
            await session.execute(text("SELECT slug FROM practitioners FOR UPDATE"))
            answer = await http.post("/graphql", json=hold)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["errors"][0]["extensions"] == {"code": "TIMED_OUT"}
        monkeypatch.undo()
        held = (await http.post("/graphql", json=hold)).json()["data"]["holdSlot"]
        assert held["problems"] == []
    await database.close()


async def test_a_page_may_not_hold_a_key(http: httpx.AsyncClient) -> None:
    preflight = await http.options(
        "/graphql",
        headers={
            "origin": "https://somewhere.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type, Authorization",
        },
    )
    assert preflight.status_code == 400
    assert "authorization" not in preflight.headers.get("access-control-allow-headers", "").lower()


async def test_an_answer_repeats_the_id_of_its_request_or_gets_one(http: httpx.AsyncClient) -> None:
    for path, body in (("/graphql", {"query": QUERY}), ("/graphql", {"query": QUERY}), ("/nowhere", {})):
        named = await http.post(path, json=body, headers={"x-request-id": "partner-7.a"})
        assert named.headers.get_list("x-request-id") == ["partner-7.a"]
    ids = {
        (await http.get("/healthz", headers={"x-request-id": given})).headers["x-request-id"]
        for given in ("", "a b", "x" * 129, "a\u007f")
    }
    assert len(ids) == 4
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
