"""Documents that are known beforehand: asked for by their hash, and where a clinic wants it so, alone."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphql_api.app import create_app
from graphql_api.settings import InvalidSetting, Settings, settings_from
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from web.built_widget import former_documents, widget_documents

OURS = "query Name($slug: String!) { service(slug: $slug) { name } }\n"
ID = "sha256:" + hashlib.sha256(OURS.encode()).hexdigest()
SEVERAL = "query A { __typename } query B { clinic { name } }"
VARIABLES = {"slug": "dry-needling"}
UNKNOWN = ("DOCUMENT_NOT_FOUND", "DOCUMENT_NOT_TRUSTED")
ANSWER = {"data": {"service": {"name": "Dry needling, first visit"}}}


@pytest.fixture(params=[False, True], ids=["others too", "these alone"])
async def http(
    request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "name.graphql").write_text(OURS)
    (folder / "several.graphql").write_text(SEVERAL)
    (folder / "README").write_text("not one of them")
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    settings = Settings(sqlite_url, trusted_documents=folder, trusted_documents_only=request.param)
    async with asgi_client(create_app(settings, now=lambda: NOW)) as client:
        client.headers["x-alone"] = str(request.param)
        yield client


async def test_a_document_is_asked_for_by_its_hash(http: httpx.AsyncClient) -> None:
    posted = await http.post("/graphql", json={"documentId": ID, "variables": VARIABLES})
    assert (posted.status_code, posted.json()) == (200, ANSWER)
    got = await http.get("/graphql", params={"documentId": ID, "variables": '{"slug": "dry-needling"}'})
    assert (got.status_code, got.json()) == (200, ANSWER)


async def test_the_hash_may_come_bare_or_as_a_persisted_query(http: httpx.AsyncClient) -> None:
    digits = ID.removeprefix("sha256:")
    for known in (digits, digits[:12]):
        bare = await http.post("/graphql", json={"documentId": known, "variables": VARIABLES})
        assert (bare.status_code, bare.json()) == (200, ANSWER)
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digits}}
    persisted = await http.post("/graphql", json={"extensions": extensions, "variables": VARIABLES})
    assert (persisted.status_code, persisted.json()) == (200, ANSWER)


async def test_one_of_several_operations_of_a_trusted_document_is_named(http: httpx.AsyncClient) -> None:
    digits = hashlib.sha256(SEVERAL.encode()).hexdigest()
    forms: list[dict[str, Any]] = [
        {"documentId": f"sha256:{digits}"},
        {"documentId": digits},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digits}}},
        {"query": SEVERAL},
    ]
    for form in forms:
        for name in (None, "", "C"):
            refused = await http.post("/graphql", json=form | {"operationName": name})
            assert (refused.status_code, "data" in refused.json()) == (400, False)
        answer = await http.post("/graphql", json=form | {"operationName": "A"})
        assert answer.json() == {"data": {"__typename": "Query"}}
    got = await http.get("/graphql", params={"documentId": digits})
    assert (got.status_code, "data" in got.json()) == (400, False)


async def test_a_trusted_document_may_be_sent_as_text(http: httpx.AsyncClient) -> None:
    posted = await http.post("/graphql", json={"query": OURS, "variables": VARIABLES})
    assert (posted.status_code, posted.json()) == (200, ANSWER)


@pytest.mark.parametrize("unknown", ["sha256:" + "0" * 64, "sha256:", "", ID.upper(), ID[7:18], 7, ["x"]])
async def test_an_unknown_hash_is_not_found(http: httpx.AsyncClient, unknown: object) -> None:
    posted = await http.post("/graphql", json={"documentId": unknown})
    assert posted.status_code == 404
    assert posted.json()["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_FOUND"}


async def test_a_request_with_both_a_text_and_a_hash_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post("/graphql", json={"documentId": ID, "query": OURS})).status_code == 400


async def test_the_widgets_documents_are_answered_in_either_mode(http: httpx.AsyncClient) -> None:
    for text in {widget_documents()["Catalogue"], *former_documents()}:
        digits = hashlib.sha256(text.encode()).hexdigest()
        for form in ({"query": text}, {"documentId": digits}, {"documentId": digits[:12]}):
            posted = await http.post("/graphql", json=form)
            assert posted.json().get("errors", [{}])[0].get("extensions", {}).get("code") not in UNKNOWN


async def test_an_untrusted_document_is_refused_only_if_trusted_documents_are_required(
    http: httpx.AsyncClient,
) -> None:
    posted = await http.post("/graphql", json={"query": "{ clinic { name } }"})
    if http.headers["x-alone"] == "True":
        assert posted.status_code == 403
        assert posted.json()["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}
    else:
        assert posted.status_code == 200


def test_a_missing_folder_of_trusted_documents_stops_the_start() -> None:
    with pytest.raises(InvalidSetting, match="no such folder"):
        settings_from({"BOOK_ONLINE_TRUSTED_DOCUMENTS": "/no/such/folder"})
    with pytest.raises(InvalidSetting, match="must be 1 or 0"):
        settings_from({"BOOK_ONLINE_TRUSTED_DOCUMENTS_ONLY": "yes"})
