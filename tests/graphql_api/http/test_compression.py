"""Answers are compressed as the client accepts, streams and pages with secrets are not."""

import gzip
import json

import brotli
import httpx
import pytest
import zstandard

from tests.support.graphql_client import service_id

SLOTS = {
    "query": "query ($f: OpenSlotFilter!) { openSlots(filter: $f, first: 99) { edges { node { id } } } }",
    "variables": {"f": {"serviceId": service_id("dry-needling"), "from": "2026-11-24", "to": "2026-11-30"}},
}
DECODERS = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


async def raw(
    http: httpx.AsyncClient, method: str, url: str, encoding: str, **options: object
) -> httpx.Response:
    """The response with its body as it was sent."""
    request = http.build_request(method, url, **options)  # type: ignore[arg-type]
    request.headers["accept-encoding"] = encoding
    response = await http.send(request, stream=True)
    response._content = b"".join([part async for part in response.aiter_raw()])
    await response.aclose()
    return response


@pytest.mark.parametrize("encoding", DECODERS)
@pytest.mark.parametrize(
    "path", ["/graphql", "/book", "/bulk/slots-2026-12.ndjson", "/widget/book-online.js"]
)
async def test_an_answer_is_compressed_and_as_before(
    http: httpx.AsyncClient, path: str, encoding: str
) -> None:
    method, options = ("POST", {"json": SLOTS}) if path == "/graphql" else ("GET", {})
    plain = await raw(http, method, path, "identity", **options)
    for _ in range(2):  # The second one may come from the response cache.
        packed = await raw(http, method, path, f"{encoding}, x;q=0", **options)

        assert packed.headers["content-encoding"] == encoding
        assert "accept-encoding" in packed.headers["vary"].lower()
        assert DECODERS[encoding](packed.content) == plain.content
        assert len(packed.content) < len(plain.content)
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in plain.headers["vary"].lower()
    if "etag" in plain.headers:
        assert packed.headers["etag"].startswith("W/")
        known = {"if-none-match": packed.headers["etag"]}
        assert (await http.get(path, headers=known | {"accept-encoding": encoding})).status_code == 304


async def test_each_form_of_a_query_by_get_has_its_own_etag(http: httpx.AsyncClient) -> None:
    asked = {"query": str(SLOTS["query"]), "variables": json.dumps(SLOTS["variables"])}
    etags: dict[str, str] = {}
    for encoding in ("identity", *DECODERS):
        answer = await raw(http, "GET", "/graphql", encoding, params=asked)
        etags[encoding] = answer.headers["etag"]
        if encoding == "gzip":
            assert answer.content[4:8] == bytes(4)  # No time, or the next second has another ETag.
        known = {"if-none-match": etags[encoding], "accept-encoding": encoding}
        assert (await http.get("/graphql", params=asked, headers=known)).status_code == 304
    assert len(set(etags.values())) == len(etags)


@pytest.mark.parametrize("encoding", ["gzip;q=0", "identity", "compress", "*;q=0"])
async def test_a_form_that_is_not_accepted_is_not_sent(http: httpx.AsyncClient, encoding: str) -> None:
    answer = await raw(http, "POST", "/graphql", encoding, json=SLOTS)
    assert "content-encoding" not in answer.headers


async def test_short_answers_streams_and_pages_with_secrets_are_sent_as_they_are(
    http: httpx.AsyncClient,
) -> None:
    short = await raw(http, "POST", "/graphql", "gzip", json={"query": "{ clinic { name } }"})
    assert "content-encoding" not in short.headers
    form = await raw(http, "POST", "/book/dry-needling/hold", "gzip", data={})
    assert len(form.content) > 1024
    assert "content-encoding" not in form.headers
    request = http.build_request(
        "POST",
        "/graphql",
        json={"query": "{ clinic { name } }"},
        headers={"accept": "text/event-stream", "accept-encoding": "gzip"},
    )
    stream = await http.send(request, stream=True)
    assert "content-encoding" not in stream.headers
    await stream.aclose()
