"""The pages beside the widget, and the widget's files, as a browser is sent them."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from web.assets import assets

PAGES = ["/", "/book", "/book/dry-needling", "/book/no-such-service", "/manage"]
DATA = "application/ld+json"
WIDGET = Path(__file__).parents[2] / "widget"


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    app = create_app(Settings(database_url=sqlite_url), now=lambda: NOW)
    async with asgi_client(app) as client:
        yield client


class Page(HTMLParser):
    """What a strict policy would block, and whether everything that is opened is closed."""

    VOID = frozenset({"meta", "link", "img", "br", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.blocked: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tags.append((tag, given))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != DATA):
            self.blocked.append(tag)
        self.blocked += [name for name in given if name == "style" or name.startswith("on")]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_page_is_well_formed_safe_and_has_the_phone_number(
    site: httpx.AsyncClient, path: str, language: str
) -> None:
    response = await site.get(path, params={"lang": language})

    page = Page(response.text)
    status = 404 if "no-such" in path else 200
    assert (response.status_code, page.open, page.blocked) == (status, [], [])
    assert ("html", {"lang": language}) in page.tags
    assert ("a", {"href": "tel:+14165451881"}) in page.tags
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert [tag for tag, _ in page.tags].count("h1") == 1
    local = [
        given.get("src") or given.get("href") or "" for tag, given in page.tags if tag in ("script", "link")
    ]
    for address in local:
        assert (await site.get(address)).status_code == 200, address


@pytest.mark.parametrize(
    ("accept", "language"), [("fr-CA,fr;q=0.9", "fr"), ("en-CA", "en"), ("de", "en"), ("", "en")]
)
async def test_a_page_is_in_the_browsers_language(
    site: httpx.AsyncClient, accept: str, language: str
) -> None:
    response = await site.get("/book", headers={"accept-language": accept})

    assert response.headers["content-language"] == language
    assert "Accept-Language" in response.headers["vary"]


async def test_the_hosted_page_names_the_service_and_escapes_it(site: httpx.AsyncClient) -> None:
    assert '<book-online inline service="dry-needling">' in (await site.get("/book/dry-needling")).text
    page = (await site.get("/book/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")).text
    assert "<script>" not in page


async def test_a_page_without_a_script_names_the_phone_number(site: httpx.AsyncClient) -> None:
    for path in ("/book", "/manage"):
        text = (await site.get(path)).text
        fallback = text[text.index("<main") : text.index("</main>")]
        assert "416.545.1881" in fallback
    demo = (await site.get("/")).text
    link = '<a href="/book/dry-needling?lang=en">Book Online</a>'
    assert f'<book-online service="dry-needling">{link}</book-online>' in demo


async def test_the_sample_clinics_page_shows_prices_and_people(site: httpx.AsyncClient) -> None:
    text = (await site.get("/", params={"lang": "fr"})).text

    assert "60 min · 120\xa0$" in text
    assert 'href="/book/physiotherapy-assessment?lang=fr" data-book-online' in text
    assert 'data-practitioner="sample-practitioner-e"' in text
    assert "français, anglais" in text
    assert text.count("tel:") == 1


async def test_no_cache_stores_the_manage_page(site: httpx.AsyncClient) -> None:
    headers = (await site.get("/manage")).headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"


async def test_in_production_there_is_no_demo_page_and_no_playground(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    app = create_app(Settings(database_url=sqlite_url, mode="production"), now=lambda: NOW)
    async with asgi_client(app) as site:
        front = await site.get("/")
        assert (front.status_code, front.headers["location"]) == (307, "/book")
        assert (await site.get("/graphql", headers={"accept": "text/html"})).status_code == 406


async def test_pages_of_any_origin_may_load_the_widgets_files(site: httpx.AsyncClient) -> None:
    response = await site.get("/widget/book-online.js")

    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["access-control-allow-origin"] == "*"
    sheet = await site.get("/widget/static/control.css")
    assert sheet.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await site.get("/widget/book-online.js", headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await site.head("/widget/book-online.js")
    assert (head.status_code, head.content) == (200, b"")


async def test_all_but_the_entrance_is_immutable_at_the_address_of_its_version(
    site: httpx.AsyncClient,
) -> None:
    entrance = await site.get("/widget/book-online.js")
    assert "immutable" not in entrance.headers["cache-control"]
    found = re.search(r'"(\./[\da-f]{12}/flow/)', entrance.text)
    assert found
    flow = f"/widget/{found[1]}"

    module = await site.get(f"{flow}start.js")
    found = re.search(r"\.\./(strings/start/)", module.text)
    assert found
    strings = await site.get(f"{flow}../{found[1]}fr.json")
    assert {file.headers["cache-control"] for file in (module, strings)} == {
        "public, max-age=31536000, immutable"
    }
    assert strings.headers["content-type"].startswith("application/json")
    assert strings.json()["locale"] == "fr-CA"

    # Just after an update, a page of the version before finds something too, but not for ever.
    # During one, its module comes from one server and the texts from another.
    for path, file in (("flow/start.js", module), ("strings/start/fr.json", strings)):
        outdated = await site.get(f"/widget/0123456789ab/{path}")
        assert outdated.text == file.text
        assert "immutable" not in outdated.headers["cache-control"]


async def test_the_dialog_comes_as_one_module_with_its_style_sheet(site: httpx.AsyncClient) -> None:
    module = (await site.get(assets().address("flow/start.js"))).text

    assert not re.search(r"\bimport\b(?!\(|\.meta)", module)
    # Files that few journeys need are loaded later, and share what this one exports besides.
    (exported,) = re.findall(r"\bexport\s*\{([^}]*)\}", module)
    assert {"preload", "start"} <= {name.split()[-1] for name in exported.split(",")}
    for selector in (".frame", ".card", ".days"):
        assert selector in module


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("br;q=1.0", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
async def test_a_file_is_compressed_if_the_browser_accepts_it(
    site: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    response = await site.get("/widget/book-online.js", headers={"accept-encoding": accepted})

    assert response.headers.get("content-encoding") == encoding
    assert "Accept-Encoding" in response.headers["vary"]
    assert "customElements" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "nothing.js",
        "pages.py",
        "../pyproject.toml",
        "..%2f..%2fclinic.toml",
        "templates/base.html",
        "",
        "flow",
        "documents.json",
        "former.json",
    ],
)
async def test_nothing_but_the_widgets_own_files_can_be_fetched(site: httpx.AsyncClient, path: str) -> None:
    assert (await site.get(f"/widget/{path}")).status_code == 404


async def test_a_service_that_is_not_there_is_said_with_those_that_are(site: httpx.AsyncClient) -> None:
    page = await site.get("/book/no-such-service", params={"lang": "fr"})

    assert page.status_code == 404
    assert "Nous n’offrons pas ce soin en ligne" in page.text
    assert "/book/dry-needling?lang=fr" in page.text
    assert "<book-online inline>" in page.text
