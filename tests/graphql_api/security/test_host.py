"""Headers, paths and queries that no browser sends: no answer is a failure, and none leads elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from asgi_lifespan import LifespanManager
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Scope

from graphql_api.app import create_app
from graphql_api.security.host import Hosts
from graphql_api.settings import Settings
from tests.support.clinics import NOW, edit_file, open_clinic
from tests.support.databases import open_database

FORM = b"at=2026-11-24T12:00Z@main-street&key=" + b"k" * 43
QUERY = b'{"query": "{ services(first: 1) { edges { node { slug } } } }"}'
STEPS = ("hold", "answers", "finish", "release", "calendar")
ROUTES: list[tuple[str, str]] = [
    *[("GET", path) for path in ("/", "/book", "/book/dry-needling", "/book/dry-needling/times", "/manage")],
    *[(method, f"/book/dry-needling/{step}") for step in STEPS for method in ("GET", "POST")],
    *[("GET", path) for path in ("/$bulk-publish", "/bulk/locations.ndjson", "/bulk/slots-2026-11.ndjson")],
    *[
        ("GET", path)
        for path in ("/feeds/none.ics", "/widget/book-online.js", "/nothing", "/book/", "/manage/")
    ],
    *[("GET", path) for path in ("/graphql", "/graphql/", "/healthz", "/readyz")],
    *[("POST", path) for path in ("/graphql", "/graphql/", "/book")],
]
RUBBISH = [
    b"[::1",
    b"http://[",
    b"http://[::1]:x",
    b"http://a:99999999",
    b"\xff\xfe",
    "日本".encode(),
    b"a\0b",
    b"%",
    b"%zz%00%ff",
    b"",
    b",",
    b";;==",
    b"x" * 5000,
    b"bytes=9-1,abc",
    b'W/"',
    b"en;q=x, *;q=1e999, fr;q=-1,,;",
    b"for=[::1;by=_",
]
HEADERS = [
    *(b"host", b"origin", b"cookie", b"range", b"if-none-match", b"if-modified-since", b"accept-language"),
    *(b"accept", b"accept-encoding", b"authorization", b"content-type", b"content-length", b"referer"),
    *(b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", b"x-request-id"),
    *(b"x-book-online-site", b"sec-fetch-site", b"access-control-request-method", b"user-agent"),
]
"""All headers that this server, a library of it, or a proxy reads."""
URLS = (b"host", b"origin")
PATHS = [
    b"/bulk/slots-" + b"9" * 5000 + b"-1.ndjson",
    *(
        b"/book/%00",
        b"/book/%ff",
        b"/book/a%00b/times",
        b"/book/%2e%2e%2f",
        b"/manage/%23x",
        b"/feeds/%00.ics",
    ),
    *(b"/widget/%00", b"/widget/../../x", b"/bulk/slots-0-0.ndjson", b"/bulk/slots-99999-99.ndjson"),
    *(
        b"/bulk/slots-999999999999999999999-1.ndjson",
        b"//evil.example/",
        b"/%5cevil.example/",
        b"/%0d%0ax: y/",
    ),
]
QUERIES = [
    *(b"%", b"%00=%00", b"lang=%00", b"lang=%ff", b"at=%00&with=%00", b"from=9999-12-31"),
    b"from=0001-01-01",
    *(
        b"visit=" + b"9" * 5000,
        b"service=%00",
        b"location=%ff%fe",
        b"query=%7B",
        b"variables=%ff",
        b"&" * 3000,
    ),
    *(b"practitioner=%00&location=%00&at=%00", "lang=١&visit=٣".encode()),
]


FEW_DAYS = edit_file({'horizon = "60 days"': 'horizon = "2 days"'})
"""The sample clinic with few open slots: a feed of hundreds takes as long as a hundred other requests."""


@asynccontextmanager
async def running(url: str) -> AsyncIterator[ASGIApp]:
    database = open_database(url)
    await open_clinic(database, FEW_DAYS)
    await database.close()
    # Each test sends more requests than a client may.
    app = create_app(Settings(url, points_per_client=10_000_000), now=lambda: NOW)
    async with LifespanManager(app) as manager:
        yield manager.app


async def ask(
    app: ASGIApp,
    method: str,
    path: str | bytes,
    *,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> tuple[int, dict[bytes, bytes], bytes]:
    """As a server calls the app: no client library between refuses or mends anything."""
    raw = path if isinstance(path, bytes) else path.encode()
    body = (QUERY if raw.startswith(b"/graphql") else FORM) if method == "POST" else b""
    kind = b"application/json" if raw.startswith(b"/graphql") else b"application/x-www-form-urlencoded"
    given = {name for name, _ in headers}
    usual = [(b"host", b"clinic.example"), (b"content-type", kind), (b"accept", b"text/html, */*")]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
        "raw_path": raw,
        "query_string": query,
        "root_path": "",
        "headers": [*((name, value) for name, value in usual if name not in given), *headers],
        "client": ("192.0.2.7", 1),
        "server": ("127.0.0.1", 8000),
    }
    answer: dict[str, Any] = {"body": b""}

    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()  # The client stays until it has the answer.
        return messages.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer["status"], answer["headers"] = message["status"], dict(message["headers"])
        else:
            answer["body"] += message.get("body", b"")

    await app(scope, receive, send)
    return answer["status"], answer["headers"], answer["body"]


@pytest.mark.parametrize("method_and_path", ROUTES, ids=" ".join)
async def test_no_header_makes_an_answer_a_failure(sqlite_url: str, method_and_path: tuple[str, str]) -> None:
    method, path = method_and_path
    async with running(sqlite_url) as app:
        for place, header in enumerate(HEADERS):
            # Every value comes at each route, and with each header at some route.
            values = RUBBISH if header in URLS else RUBBISH[place % 6 :: 6]
            for value in values:
                status, *_ = await ask(app, method, path, headers=[(header, value)])
                assert status < 500, (method, path, header, value)


async def test_no_path_and_no_query_makes_an_answer_a_failure(database_url: str) -> None:
    async with running(database_url) as app:
        for strange in PATHS:
            for method in ("GET", "POST"):
                assert (await ask(app, method, strange))[0] < 500, (method, strange)
        for method, path in ROUTES:
            for query in QUERIES:
                assert (await ask(app, method, path, query=query))[0] < 500, (method, path, query)


@pytest.mark.parametrize(
    "hosts",
    [[b"[::1"], [b"a b"], [b""], [b"a/b"], [b"a@b"], [b"a:99999"], [b"a.example", b"b.example"], [b"\xff"]],
)
async def test_a_host_that_is_none_is_refused(sqlite_url: str, hosts: list[bytes]) -> None:
    async with running(sqlite_url) as app:
        for method, path in ROUTES:
            status, *_ = await ask(app, method, path, headers=[(b"host", host) for host in hosts])
            assert status == 400


@pytest.mark.parametrize("host", [b"clinic.example", b"clinic.example:8000", b"[::1]:8000", b"127.0.0.1"])
async def test_a_host_is_served(sqlite_url: str, host: bytes) -> None:
    async with running(sqlite_url) as app:
        assert (await ask(app, "GET", "/book", headers=[(b"host", host)]))[0] == 200


async def test_no_redirect_leads_to_the_host_of_the_request(sqlite_url: str) -> None:
    paths: list[str | bytes] = ["/book/", "/graphql/", "/manage/", "/book/dry-needling/", "/$bulk-publish/"]
    paths += ["/book/dry-needling/hold", "/healthz/", *PATHS]
    redirects = 0
    async with running(sqlite_url) as app:
        for path in paths:
            for headers in ([(b"host", b"evil.example")], [(b"x-forwarded-host", b"evil.example")]):
                _, sent, answered = await ask(app, "GET", path, query=b"a=b", headers=headers)
                if (location := sent.get(b"location")) is not None:
                    redirects += 1
                    assert location.startswith(b"/")
                    assert not location.startswith((b"//", b"/\\"))
                    assert b"evil" not in location
                assert b"//evil.example" not in answered
    assert redirects >= 10


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("https://login.example/authorize?state=x", "https://login.example/authorize?state=x"),
        ("https://evil.example/desk", "/desk"),
        ("http://login.example/authorize", "/authorize"),
        ("https://login.example.evil.example/", "/"),
        ("https://login.example@evil.example/", "/"),
        ("https://login.example:444/", "/"),
        ("//evil.example/", "/evil.example/"),
        ("/desk/day", "/desk/day"),
    ],
)
async def test_a_redirect_leads_nowhere_but_to_this_server_and_the_origin_that_it_knows(
    location: str, sent: str
) -> None:
    app = Hosts(RedirectResponse(location), lambda: "https://login.example")

    _, headers, _ = await ask(app, "GET", "/")

    assert headers[b"location"].decode() == sent
