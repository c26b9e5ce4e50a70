"""Documents that can't be executed, and the errors that say why."""

import json

import httpx
import pytest

from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic
from tests.support.databases import open_database

QUERY = "{ clinic { name } }"

GRAPHQL_RESPONSE = "application/graphql-response+json"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


async def test_an_invalid_document_is_a_request_error(http: httpx.AsyncClient) -> None:
    for query in ("{", "{ nonsense }", "query ($a: Nope) { clinic { name } }", "{ clinic }"):
        for accept, status in ((GRAPHQL_RESPONSE, 400), ("application/json", 200)):
            response = await http.post("/graphql", json={"query": query}, headers={"accept": accept})
            assert response.status_code == status
            assert response.headers["content-type"] == f"{accept}; charset=utf-8"
            assert set(response.json()) == {"errors"}


async def test_a_document_of_too_many_tokens_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json={"query": "{" + " clinic { name }" * 1000 + "}"})

    assert "token" in response.json()["errors"][0]["message"].lower()


async def test_a_response_has_five_errors_at_most(http: httpx.AsyncClient) -> None:
    many = "{" + " ".join(f"wrong{n}" for n in range(20)) + "}"
    assert len((await http.post("/graphql", json={"query": many})).json()["errors"]) == 5


@pytest.mark.parametrize(("mode", "helps"), [("development", True), ("production", False)])
@pytest.mark.parametrize(
    "document",
    ["{ clinik { name } }", "query ($a: OpenSlotFiltre) { clinic { name } }", "{ clinic { naem } }"],
)
async def test_only_in_development_an_error_suggests_names(
    sqlite_url: str, mode: str, document: str, *, helps: bool
) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    async with asgi_client(create_app(Settings(sqlite_url, mode=mode))) as http:
        answer = await http.post("/graphql", json={"query": document})
    assert ("Did you mean" in answer.text) is helps


async def test_each_field_that_fails_has_its_error(http: httpx.AsyncClient) -> None:
    field = 'openSlots(filter: {serviceId: "17", from: "2026-11-25", to: "2026-11-25"}) { edges { cursor } }'
    names = [f"f{number}" for number in range(20)]
    document = "{" + " ".join(f"{name}: {field}" for name in names) + "}"
    answer = (await http.post("/graphql", json={"query": document})).json()
    assert answer["data"] == dict.fromkeys(names)
    assert [error["path"] for error in answer["errors"]] == [[name] for name in names]


MANY = range(10)
UNKNOWN_FIELDS = "{ clinic {" + " ".join(f"unknown{number}" for number in MANY) + "} }"
WRONG_VARIABLES = (
    "query ("
    + " ".join(f"$v{number}: Int!" for number in MANY)
    + ") {"
    + " ".join(f"f{number}: services(first: $v{number}) {{ totalCount }}" for number in MANY)
    + "}"
)


@pytest.mark.parametrize("document", [UNKNOWN_FIELDS, WRONG_VARIABLES], ids=["document", "variables"])
async def test_a_request_that_can_not_be_executed_is_told_five_mistakes(
    http: httpx.AsyncClient, document: str
) -> None:
    variables = {f"v{number}": "x" for number in MANY} if document == WRONG_VARIABLES else {}
    answer = (await http.post("/graphql", json={"query": document, "variables": variables})).json()
    assert "data" not in answer
    assert len(answer["errors"]) == 5


ID_ARGUMENTS = {
    "Appointment": 'appointment(manageToken: "", id: "17") { id }',
    "Location": 'practitioners(serviceId: "U2VydmljZTpkcnktbmVlZGxpbmc", locationId: "17") { totalCount }',
    "Service": 'practitioners(serviceId: "17") { totalCount }',
}


@pytest.mark.parametrize("kind", ID_ARGUMENTS)
async def test_an_id_of_no_such_type_is_refused_in_one_wording(http: httpx.AsyncClient, kind: str) -> None:
    answer = await http.post("/graphql", json={"query": f"{{ {ID_ARGUMENTS[kind]} }}"})
    assert answer.json()["errors"][0]["message"] == f"This is not an id of the type {kind}."


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_persisted_query_makes_the_client_send_the_text(http: httpx.AsyncClient, method: str) -> None:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    if method == "GET":
        first = await http.get("/graphql", params={"extensions": json.dumps(extensions)})
    else:
        first = await http.post("/graphql", json={"extensions": extensions, "variables": {}})
    assert first.status_code == 200
    [error] = first.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == (
        "PersistedQueryNotSupported",
        "PERSISTED_QUERY_NOT_SUPPORTED",
    )
    again = await http.post("/graphql", json={"query": QUERY, "extensions": extensions})
    assert again.json()["data"]


@pytest.mark.parametrize("persisted", [7, "x", [], {}, {"sha256Hash": 7}, {"sha256Hash": None}])
async def test_a_strange_persisted_query_causes_no_server_error(
    http: httpx.AsyncClient, persisted: object
) -> None:
    response = await http.post("/graphql", json={"extensions": {"persistedQuery": persisted}})
    assert response.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
