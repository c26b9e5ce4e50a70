"""An address that is none of ours: a page that helps, for each client in the form that it reads."""

from collections.abc import AsyncIterator

import httpx
import pytest

from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database


@pytest.fixture
async def http(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    async with asgi_client(create_app(Settings(sqlite_url), now=lambda: NOW)) as client:
        yield client


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "path",
    ["/nothing", "/manag", "/feeds/none.ics", "/feeds/", "/widget/none", "/book/a/b/c", "/bulk/x", "/%23"],
)
async def test_an_unknown_address_says_what_to_do(http: httpx.AsyncClient, path: str, language: str) -> None:
    response = await http.get(path, headers={"accept": "text/html,*/*;q=0.8", "accept-language": language})
    assert response.status_code == 404
    assert response.headers["content-language"] == language
    assert response.headers["cache-control"] == "no-store"
    assert 'href="tel:+14165451881"' in response.text
    assert f'href="/book?lang={language}"' in response.text
    text = await http.get(path, headers={"accept-language": language})
    assert (text.status_code, text.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert "416.545.1881" in text.text


READS_HTML = [
    "Text/HTML",
    "text/html;level=1",
    "application/xhtml+xml, TEXT/HTML ;q=0.9",
    "*/*;q=0.1,text/html;Charset=utf-8",
]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        *((each, "text/html") for each in READS_HTML),
        ("text/html;q=0", "text/plain"),
        ("application/x-text/html", "text/plain"),
    ],
)
async def test_a_browser_is_known_by_any_spelling_of_what_it_accepts(
    http: httpx.AsyncClient, accept: str, kind: str
) -> None:
    response = await http.get("/nothing", headers={"accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (404, f"{kind}; charset=utf-8")
