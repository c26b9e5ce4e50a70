"""Documents are parsed and validated once, and no client pushes out those of all others."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLError

from graphql_api.app import create_app
from graphql_api.limits.document_facts import document_facts, parse_document
from graphql_api.limits.limits import CACHED_DOCUMENTS, CACHED_DOCUMENTS_PER_CLIENT
from graphql_api.limits.shared_cache import SharedCache
from graphql_api.schema.schema import schema_with
from graphql_api.schema.validation import ValidatedDocuments
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database

ATTACKER = b"attacker"


def test_a_client_pushes_out_its_own_entries_alone() -> None:
    cache: SharedCache[int, str] = SharedCache(4, 2)
    cache.put(-1, "the server's own", None)
    cache.put(-2, "of another client", b"other")
    for number in range(100):
        cache.put(number, "many", ATTACKER)
    assert [number for number in range(-2, 100) if cache.get(number)] == [-2, -1, 98, 99]


def test_the_least_recently_used_entry_of_all_goes_first() -> None:
    cache: SharedCache[int, str] = SharedCache(3, 2)
    for number in range(3):
        cache.put(number, "one", str(number).encode())
    assert cache.get(0)
    cache.put(3, "one", b"3")
    assert [number for number in range(4) if cache.get(number)] == [0, 2, 3]


def test_an_entry_of_the_server_stays_its_own() -> None:
    cache: SharedCache[int, str] = SharedCache(1, 1)
    cache.put(1, "trusted", None)
    cache.put(1, "sent again", ATTACKER)
    cache.put(2, "another", ATTACKER)
    assert (cache.get(1), cache.get(2)) == ("sent again", "another")


async def test_the_documents_of_one_client_leave_those_of_others_in_the_cache() -> None:
    documents = ValidatedDocuments(schema_with([])._schema)
    of_another, own = "{ clinic { name } } # of another", "{ clinic { name } } # trusted"
    await documents.prepare(of_another, b"other")
    await documents.prepare(own, None)
    facts = document_facts(of_another), document_facts(own)
    many = [f"{{ clinic {{ name }} }} # {number}" for number in range(CACHED_DOCUMENTS + 1)]
    for text in many:
        await documents.prepare(text, ATTACKER)
    assert of_another in documents
    assert own in documents
    assert (document_facts(of_another), document_facts(own)) == facts  # parsed once
    assert sum(text in documents for text in many) == CACHED_DOCUMENTS_PER_CLIENT


class CountingDocuments(ValidatedDocuments):
    """Counts the validations."""

    validations = 0

    def _validate(self, *parts: Any) -> Any:
        self.validations += 1
        return super()._validate(*parts)


VARIANTS = (
    "{ services { edges { cursor } } }",
    "{services{edges{cursor}}}",
    "{ services {edges,{cursor}} } # 1",
    "\ufeff{ services\n{edges,{cursor}} }",
)


async def test_documents_that_differ_in_comments_and_space_are_validated_once() -> None:
    documents = CountingDocuments(schema_with([])._schema)
    for text in VARIANTS:
        await documents.prepare(text)
        assert documents.errors(text) == []
    assert documents.validations == 1
    await documents.prepare("{ services { edges { node { slug } } } }")
    assert documents.validations == 2


async def test_the_errors_of_an_invalid_document_name_its_own_lines() -> None:
    documents = ValidatedDocuments(schema_with([])._schema)
    lines = []
    for text in ("{ nothing }", "\n\n{ nothing }"):
        await documents.prepare(text)
        [error] = documents.errors(text)
        lines += [place.line for place in error.locations or ()]
    assert lines == [1, 3]


async def test_several_texts_at_once_are_each_validated_right() -> None:
    documents = ValidatedDocuments(schema_with([])._schema)
    texts = [f"{{ {'clinic { name }' if n % 2 else 'nothing'} }} # {n}" for n in range(40)]
    await asyncio.gather(*(documents.prepare(text, str(n).encode()) for n, text in enumerate(texts)))
    assert [len(documents.errors(text)) for text in texts] == [1, 0] * 20


def test_values_that_look_alike_are_different_tokens() -> None:
    values = ('"c"', "c", '"c d"', "1", '"1"', "$c", '"""c"""', "1.0", "[c]", "{c: 1}")
    digests = {parse_document(f"{{ a(b: {value}) }}").digest for value in values}
    assert len(digests) == len(values)


async def test_a_trusted_document_is_never_pushed_out_and_costs_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    trusted = "query Mine { clinic { name " + "phone " * 20 + "} rateLimit { cost } }"
    (tmp_path / "mine.graphql").write_text(trusted)
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    app = create_app(Settings(sqlite_url, trusted_documents=tmp_path), now=lambda: NOW)
    async with asgi_client(app) as client:
        first = await client.post("/graphql", json={"query": trusted})
        stranger = await client.post("/graphql", json={"query": trusted + "# 1"})
    assert first.json()["data"]["rateLimit"]["cost"] == 3
    assert stranger.json()["data"]["rateLimit"]["cost"] > 15


async def test_large_variables_are_paid(http: httpx.AsyncClient) -> None:
    query = "query ($i: [ID!]!) { nodes(ids: $i) { id } rateLimit { cost } }"
    costs = []
    for length in (1, 1, 1_000):
        variables = {"i": ["x" * length] * 50}
        answer = await http.post("/graphql", json={"query": query, "variables": variables})
        costs.append(answer.json()["data"]["rateLimit"]["cost"])
    assert costs[2] - costs[1] == 45


@pytest.mark.parametrize("text", ["{", "{ clinic(x: " + "9" * 100 + ") }", "{ a " * 2_000])
async def test_a_document_that_is_refused_is_parsed_once(text: str) -> None:
    documents = CountingDocuments(schema_with([])._schema)
    with pytest.raises(GraphQLError):
        await documents.prepare(text)
    assert text not in documents
    assert documents.validations == 0
