"""What a page's address and a browser's headers may ask for."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.asgi_client import asgi_client
from tests.web.sample_pages import sample_pages


@pytest.fixture
async def site() -> AsyncIterator[httpx.AsyncClient]:
    async with asgi_client(sample_pages()) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "accept", "language"),
    [
        ("fr", "en", "fr"),
        ("en", "fr", "en"),
        ("FR-CA", "en", "fr"),
        ("", "fr", "fr"),
        ("de", "fr", "fr"),
        ("de", "it", "en"),
        (";;,q=", "fr", "fr"),
    ],
)
async def test_the_address_chooses_the_language_before_the_browser_does(
    site: httpx.AsyncClient, asked: str, accept: str, language: str
) -> None:
    response = await site.get("/book", params={"lang": asked}, headers={"accept-language": accept})

    assert response.headers["content-language"] == language
    assert f'<html lang="{language}">' in response.text


@pytest.mark.parametrize(("address", "leads_to"), [("/", "/book"), ("/?lang=fr", "/book?lang=fr")])
async def test_without_a_demo_the_front_leads_to_booking_in_the_same_language(
    address: str, leads_to: str
) -> None:
    async with asgi_client(sample_pages(demo=False)) as site:
        response = await site.get(address)

    assert (response.status_code, response.headers["location"]) == (307, leads_to)


@pytest.mark.parametrize("path", ["/", "/book", "/book/dry-needling", "/manage"])
async def test_head_answers_with_the_headers_of_a_page(site: httpx.AsyncClient, path: str) -> None:
    asked, sent = await site.head(path), await site.get(path)

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers == sent.headers


@pytest.mark.parametrize("known", ["{etag}", "W/{etag}", '"another", {etag}', "*"])
async def test_a_file_that_the_browser_has_is_not_sent_again(site: httpx.AsyncClient, known: str) -> None:
    first = await site.get("/widget/book-online.js")

    again = await site.get(
        "/widget/book-online.js", headers={"if-none-match": known.format(etag=first.headers["etag"])}
    )

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]


async def test_another_file_than_the_browser_has_is_sent(site: httpx.AsyncClient) -> None:
    response = await site.get("/widget/book-online.js", headers={"if-none-match": '"another"'})

    assert response.status_code == 200
    assert response.content


async def test_a_missing_file_is_answered_in_plain_text(site: httpx.AsyncClient) -> None:
    response = await site.get("/widget/nothing.js")

    assert response.status_code == 404
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
