"""Links after mail gateways and messengers have rewritten them."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote, unquote, urlencode, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Page, expect
from starlette.requests import Request

from booking.domain.tokens import manage_token_in, new_token, token_in
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import APPOINTMENT, GraphQLClient
from tests.support.site import Site
from web.rewritten_links import address_meant

SECRET = re.compile("[0-9a-f]{64}")
ENDINGS = [".", ",", ")", ").", "]", ">", '"', "'", "”", "»", "%20", "%0A", "%0D%0A", "&gt;", "\u200b", "…"]
TRACKING = ["?utm_source=mail", "&utm_medium=x", "?fbclid=abc", "&fbclid=IwAR0", ":~:text=visit"]
BEHIND_HASH = [
    "/manage#{token}",
    "/manage#{TOKEN}",
    "/manage#%20{token}",
    "/manage#{first}%20{last}",
    "/manage#{first}%0A{last}",
    "/manage#{first}=%0D%0A{last}",
    "/manage#{first}%250A{last}",
    "/manage?utm_source=mail#{token}",
    "/manage/#{token}",
    "/manage%20#{token}",
    "/manage.#{token}",
    "/manage?lang=fr#{token}",
    "/manage?lang=3Dfr#{token}",
    "/manage?lang=fr#=23{token}",
    "/manage?lang=fr#{first}={last}",
    "/manage?lang=fr&amp;utm_source=mail#{token}",
    "/manage?gclid=" + "ab" * 32 + "#{token}",
    "/MANAGE#{TOKEN}",
    "/Manage?LANG=FR#{token}",
    "//manage#{token}",
    "/fr/manage#{token}",
    "/fr/manage/#{token}",
    "/fr-CA//manage#{token}",
    "/manage%3E#{token}",
    *["/manage#{token}" + ending for ending in ENDINGS + TRACKING],
]
"""The secret stays in the fragment, so that the widget has to find it."""
SENT_TO_SERVER = [
    "/manage%23{token}",
    "/manage%2523{token}",
    "/manage%252523{token}",
    "/manage%23{TOKEN}",
    "/Manage%23{token}",
    "/MANAGE/{token}",
    "/manage{token}",
    "/manage/{token}",
    "/manage/%23{token}/",
    "/manage?%23{token}",
    "/manage?{token}",
    "/manage?token={token}",
    "/manage%3F%23{token}",
    "/manage%23{first}%20{last}",
    "/manage%23{first}%0A{last}",
    "/manage%23{first}%3D%0D%0A{last}",
    "/manage%23{first}%250A{last}",
    "/manage%23{token}?utm_source=mail",
    *[
        f"/manage?lang=fr{sign}{{token}}"
        for sign in ("%23", "%2523", "%252523", "=23", "%3D23", "&%23", "&", "")
    ],
    "/manage?lang=fr%23{TOKEN}",
    "/MANAGE?LANG=FR%23{TOKEN}",
    "/manage?lang=3Dfr=23{token}",
    "/manage?lang=3Dfr%23{token}&amp;utm_source=3Dmail",
    "/manage?token=3D{token}",
    "/manage=23{token}",
    "/manage=3Flang=3Dfr=23{token}",
    "/manage%3Flang%3Dfr%23{token}",
    "/manage%253Flang%253Dfr%2523{token}",
    "/manage?lang=fr%23{first}={last}",
    "/manage?lang=fr%23{first}=%0D%0A{last}",
    "/manage?lang=fr%23{token}&data=05%7C01%7C&sdata=" + "ab" * 32 + "&reserved=0",
    "/fr/manage%23{token}",
    "/fr/manage?lang=fr%23{token}",
    "//manage%23{token}",
    "//manage?lang=fr%23{token}",
    "/%3Chttps://clinic.example/manage?lang=fr%23{token}%3E",
    *["/manage%23{token}" + quote(ending, safe="%") for ending in ENDINGS + TRACKING],
]
TOKENS = st.text("0123456789abcdef", min_size=64, max_size=64)
NO_DIGITS = st.text(st.characters(exclude_characters="0123456789abcdefABCDEF%", codec="utf-8"), max_size=9)


def rewritten(link: str, token: str) -> str:
    parts = {"token": token, "TOKEN": token.upper(), "first": token[:30], "last": token[30:]}
    return re.sub(r"\{(\w+)\}", lambda name: parts[name[1]], link)


@pytest.fixture
async def http(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    async with asgi_client(create_app(Settings(sqlite_url), now=lambda: NOW)) as client:
        yield client


@given(TOKENS, NO_DIGITS, NO_DIGITS, st.integers(0, 63), st.integers(0, 2))
def test_a_token_is_found_in_any_text_that_is_encoded_and_wrapped(
    token: str, before: str, after: str, break_at: int, encodings: int
) -> None:
    text = f"{before}{token[:break_at]}\r\n{token[break_at:].upper()}{after}"
    for _ in range(encodings):
        text = quote(text)
    assert token_in(text) == token


@given(TOKENS, st.integers(1, 61), st.sampled_from(["3D", "23", "25", "2e", "5F"]))
def test_a_line_break_of_a_mail_within_a_token_is_not_read_as_a_character(
    token: str, break_at: int, code: str
) -> None:
    token = token[:break_at] + code + token[break_at + 2 :]
    broken = f"{token[:break_at]}={token[break_at:]}"
    assert token_in(broken) == token.lower()
    assert manage_token_in(f"/manage?lang=fr%23{broken}") == token.lower()


@given(st.text(max_size=80))
def test_a_text_without_a_token_stays_as_it_is(text: str) -> None:
    assert token_in(text) == text
    assert manage_token_in(text) is None


def test_a_new_token_means_the_same_in_capitals() -> None:
    assert token_in((token := new_token()).upper()) == token


@pytest.mark.parametrize("link", BEHIND_HASH + SENT_TO_SERVER)
async def test_a_rewritten_manage_link_leads_to_the_visit(http: httpx.AsyncClient, link: str) -> None:
    api = GraphQLClient(http)
    token = (await api.hold_and_book("2026-11-24T10:00:00-05:00"))["manageToken"]
    address = urlsplit("http://clinic.example" + rewritten(link, token))
    fragment = address.fragment
    sent = httpx.URL("http://clinic.example", raw_path=f"{address.path}?{address.query}".rstrip("?").encode())
    response = await http.get(sent, headers={"accept": "text/html"})
    while response.is_redirect:
        location = urlsplit(response.headers["location"])
        assert not location.netloc
        assert not SECRET.search(location.path + location.query)
        fragment = location.fragment or fragment
        response = await http.get(response.headers["location"], headers={"accept": "text/html"})
    assert response.status_code == 200
    assert "<book-online-manage>" in response.text
    # The widget sends what is behind the `#`.
    shown = await api.ask(APPOINTMENT, token=fragment)
    assert shown["data"]["appointment"]
    assert (await api.cancel(fragment))["problems"] == []


GOOD = (
    "/book/dry-needling?lang=fr&practitioner=sample-practitioner-a&location=main-street&at=2026-11-24T15:00Z"
)
REWRITTEN = [
    GOOD,
    GOOD.replace("=", "=3D"),
    GOOD.replace("=", "=3D").replace("&", "&amp;").replace(":", "=3A"),
    GOOD.replace("&", "&amp;"),
    GOOD.replace("&", "%26").replace("=", "%3D").replace("?", "%3F"),
    quote(quote(GOOD, safe="/"), safe="/"),
    GOOD.upper(),
    GOOD.replace("dry-needling", "dry-%0D%0Aneedling").replace("sample-", "sample-=%0D%0A"),
    GOOD.replace("/book/", "//book//"),
    GOOD.replace("/book", "/fr/book").replace("lang=fr&", ""),
    GOOD.replace("/dry-needling?", "?service=dry-needling&"),
    GOOD.replace("/dry-needling?", "?service=3Ddry-needling&"),
    "/%3Chttps://clinic.example" + GOOD + "%3E",
    *[
        GOOD + ending
        for ending in (".", ")", ").", "%3E", "%20", "%0D%0A", "&gt;", "=20", "&utm_source=mail")
    ],
]


@pytest.mark.parametrize("link", REWRITTEN)
async def test_a_rewritten_booking_link_keeps_all_that_it_chooses(http: httpx.AsyncClient, link: str) -> None:
    path, _, query = link.partition("?")
    response = await http.get(
        httpx.URL("http://clinic.example", raw_path=f"{path}?{query}".rstrip("?").encode()),
        headers={"accept": "text/html"},
        follow_redirects=True,
    )
    assert response.status_code == 200
    assert response.headers["content-language"] == "fr"
    chosen = (
        'inline service="dry-needling" practitioner="sample-practitioner-a" location="main-street" '
        'at="2026-11-24T15:00Z"'
    )
    assert chosen in response.text


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.sampled_from(["lang", "at", "service", "x", "LANG"]), st.text())),
)
def test_a_repaired_address_needs_no_further_repair(path: str, query: list[tuple[str, str]]) -> None:
    for beginning in ("", "/book/", "/manage", "/fr"):
        address = meant_by(f"{beginning}{path}", urlencode(query, errors="replace"))
        if address:
            assert address.startswith(("/book", "/manage", "/feeds/"))
            repaired = urlsplit(address)
            assert meant_by(unquote(repaired.path), repaired.query) is None


def meant_by(path: str, query: str) -> str | None:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    return address_meant(Request(scope))


@pytest.mark.parametrize(
    "path", ["/book.", "/book,", "/book)%20", "/book%0A", "/BOOK", "//book", "/fr", "/fr/", "/fr/book"]
)
async def test_a_link_to_the_booking_page_works(http: httpx.AsyncClient, path: str) -> None:
    address = httpx.URL("http://clinic.example", raw_path=path.encode())
    response = await http.get(address, headers={"accept": "text/html"}, follow_redirects=True)
    assert response.status_code == 200
    assert "<book-online inline" in response.text


@pytest.mark.parametrize(
    "link", ["/manage#{TOKEN}).", "/manage%2523{token}?fbclid=x", "/manage%20#{first}%0A{last}"]
)
async def test_the_manage_page_shows_the_visit_of_a_rewritten_link(site: Site, page: Page, link: str) -> None:
    token = (await site.api.hold_and_book("2026-11-25T10:00:00-05:00"))["manageToken"]
    await page.goto(site.url + rewritten(link, token))
    await expect(page.get_by_role("heading", name="Your visit", exact=True)).to_be_visible()


@pytest.mark.parametrize("link", ["/manage", "/manage#", "/manage#abc"])
async def test_a_manage_link_without_its_secret_says_what_to_do(site: Site, page: Page, link: str) -> None:
    await page.goto(site.url + link)
    await expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()
    await expect(page.get_by_role("link", name="416.545.1881").first).to_be_visible()
