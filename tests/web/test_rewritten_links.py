"""Links after mail gateways and messengers have rewritten them."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Page, expect

from booking.calendars.calendar_feed import create_feed
from booking.domain.tokens import hash_of, manage_token_in, new_token, token_in
from booking.storage.database import Database
from booking.storage.models.calendar_feeds import CalendarFeed
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import APPOINTMENT, GraphQLClient
from tests.support.site import Site

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
    *["/manage%23{token}" + quote(ending, safe="%") for ending in ENDINGS + TRACKING],
]
TOKENS = st.text("0123456789abcdef", min_size=64, max_size=64)
NO_DIGITS = st.text(st.characters(exclude_characters="0123456789abcdefABCDEF%", codec="utf-8"), max_size=9)


def rewritten(link: str, token: str) -> str:
    parts = {"token": token, "TOKEN": token.upper(), "first": token[:30], "last": token[30:]}
    return re.sub(r"\{(\w+)\}", lambda name: parts[name[1]], link)


@pytest.fixture
async def http(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    database = Database(sqlite_url)
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
    address = urlsplit(rewritten(link, token))
    fragment = address.fragment
    response = await http.get(f"{address.path}?{address.query}".rstrip("?"), headers={"accept": "text/html"})
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
    text = await http.get(path)
    assert (text.status_code, text.headers["content-type"]) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize("path", ["/book.", "/book,", "/book)%20", "/book%0A", "/book/dry-needling%20"])
async def test_a_booking_link_with_punctuation_works(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path, headers={"accept": "text/html"}, follow_redirects=True)
    assert response.status_code == 200
    assert "<book-online inline" in response.text


@pytest.mark.parametrize(
    "link",
    [
        *(
            "{token}.ics",
            "{TOKEN}.ics",
            "{TOKEN}.ICS",
            "{token}",
            "{token}.ics.",
            "{token}.ics)",
            "{token}.ics%20",
        ),
        *(
            "{first}%20{last}.ics",
            "{first}%250A{last}.ics",
            "{token}%2Eics",
            "{token}%252Eics",
            "{token}.ics%3Futm_source=x",
        ),
    ],
)
async def test_a_rewritten_calendar_address_still_works(sqlite_url: str, link: str) -> None:
    database = Database(sqlite_url)
    await open_clinic(database)
    async with database.write() as session:
        token = await create_feed(session, "sample-practitioner-a", renew=False, now=NOW)
    await database.close()
    async with asgi_client(create_app(Settings(sqlite_url), now=lambda: NOW)) as http:
        response = await http.get(f"/feeds/{rewritten(link, token)}")
        assert response.status_code == 200
        assert response.text.startswith("BEGIN:VCALENDAR")


async def test_a_calendar_address_of_an_older_version_still_works(sqlite_url: str) -> None:
    database, token = Database(sqlite_url), "Aa_-" * 10 + "xyz"
    await open_clinic(database)
    async with database.write() as session:
        session.add(
            CalendarFeed(practitioner="sample-practitioner-a", token_hash=hash_of(token), created_at=NOW)
        )
    await database.close()
    async with asgi_client(create_app(Settings(sqlite_url), now=lambda: NOW)) as http:
        for address in (f"{token}.ics", f"{token}.ics%20", f"{token[:9]}%250A{token[9:]}.ics)"):
            assert (await http.get(f"/feeds/{address}")).status_code == 200


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
