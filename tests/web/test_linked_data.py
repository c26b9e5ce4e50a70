"""The JSON-LD of a booking page: its content, its place in the page, and that no text breaks out of it."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Page

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, SAMPLE, edit_file, open_clinic
from tests.support.databases import open_database
from tests.support.site import Site
from tests.support.sql_statements import sql_statements

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@asynccontextmanager
async def client_of(database_url: str, clinic: str = SAMPLE) -> AsyncIterator[httpx.AsyncClient]:
    database = open_database(database_url)
    await open_clinic(database, clinic)
    await database.close()
    app = create_app(Settings(database_url=database_url, site="https://booking.example.com"), now=lambda: NOW)
    async with asgi_client(app) as http:
        yield http


async def linked_data_of(http: httpx.AsyncClient, path: str = "/book") -> list[dict[str, Any]]:
    [text] = BLOCK.findall((await http.get(path)).text)
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    graph: list[dict[str, Any]] = data["@graph"]
    return graph


async def test_the_booking_page_describes_the_clinic_to_search_engines(database_url: str) -> None:
    async with client_of(database_url) as http:
        [clinic] = await linked_data_of(http)

    services = clinic.pop("availableService")
    assert [service["url"].rpartition("/")[2] for service in services] == [
        "dry-needling",
        "dry-needling-follow-up",
        "dry-needling-course",
        "physiotherapy-assessment",
        "physiotherapy-follow-up",
    ]
    assert services[-1] == {
        "@type": "MedicalTherapy",
        "name": "Physiotherapy follow-up",
        "description": "Hands-on treatment and exercises, step by step.",
        "url": "https://booking.example.com/book/physiotherapy-follow-up",
    }
    closed = [("2026-12-24", "2027-01-01")]
    assert clinic == {
        "@type": "MedicalClinic",
        "@id": "https://booking.example.com/book#main-street",
        "name": "Sample Health Services",
        "url": "https://example.com/",
        "telephone": "+14165451881",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1 Main Street, Suite 100",
            "addressLocality": "Toronto",
            "addressRegion": "ON",
            "postalCode": "M5X 1A1",
            "addressCountry": "CA",
        },
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
                "opens": "07:00",
                "closes": "19:00",
            }
        ],
        "specialOpeningHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "validFrom": first,
                "validThrough": last,
                "opens": "00:00",
                "closes": "00:00",
            }
            for first, last in closed
        ],
        "priceRange": "CAD 80.00–120.00",
        "potentialAction": {
            "@type": "ReserveAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": "https://booking.example.com/book?lang=en",
                "actionPlatform": [
                    "https://schema.org/DesktopWebPlatform",
                    "https://schema.org/MobileWebPlatform",
                ],
            },
            "result": {"@type": "Reservation", "name": "Book Online"},
        },
    }


async def test_a_services_page_describes_that_service_alone_in_its_language(sqlite_url: str) -> None:
    async with client_of(sqlite_url) as http:
        [clinic] = await linked_data_of(http, "/book/physiotherapy-follow-up?lang=fr")

    assert [service["name"] for service in clinic["availableService"]] == ["Suivi en physiothérapie"]
    address = "https://booking.example.com/book/physiotherapy-follow-up?lang=fr"
    assert clinic["potentialAction"]["target"]["urlTemplate"] == address


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({}, "CAD 80.00–120.00"),
        ({'currency = "CAD"': 'currency = "EUR"'}, None),
        (
            {'"physiotherapy-follow-up"]': '{ slug = "physiotherapy-follow-up", price = "140.00" }]'},
            "CAD 80.00–140.00",
        ),
    ],
)
async def test_a_clinic_tells_the_range_of_its_prices_in_one_currency(
    sqlite_url: str, edits: dict[str, str], expected: str | None
) -> None:
    async with client_of(sqlite_url, edit_file(edits)) as http:
        [clinic] = await linked_data_of(http)
        [of_one_service] = await linked_data_of(http, "/book/physiotherapy-follow-up")

    assert clinic.get("priceRange") == expected
    assert "priceRange" not in of_one_service


async def test_each_location_lists_the_services_delivered_there(sqlite_url: str) -> None:
    other = """
[[locations]]
slug = "harbour"
name = { en = "Harbour clinic", fr = "Clinique du port" }
address = ["2 Harbour Street"]
public_holidays = false
hours = { sat = ["00:00-24:00"] }

[[practitioners]]
slug = "sample-practitioner-f"
name = "Sample Practitioner F"
services = ["physiotherapy-follow-up"]
[[practitioners.hours]]
location = "harbour"
week = { sat = ["09:00-12:00"] }
"""
    text = SAMPLE.replace("[[practitioners.hours]]\n", '[[practitioners.hours]]\nlocation = "main-street"\n')
    async with client_of(sqlite_url, text + other) as http:
        main, harbour = await linked_data_of(http)

    assert [place["name"] for place in (main, harbour)] == [
        "Sample Health Services, Main Street clinic",
        "Sample Health Services, Harbour clinic",
    ]
    assert len(main["availableService"]) == 5
    assert [service["name"] for service in harbour["availableService"]] == ["Physiotherapy follow-up"]
    assert harbour["address"] == {"@type": "PostalAddress", "streetAddress": "2 Harbour Street"}
    ended = other.replace("week =", "until = 2026-11-20\nweek =")
    async with client_of(sqlite_url, text + ended) as http:
        assert (await linked_data_of(http))[1]["availableService"] == []
    assert harbour["specialOpeningHoursSpecification"] == []
    [saturday] = harbour["openingHoursSpecification"]
    assert (saturday["dayOfWeek"], saturday["opens"], saturday["closes"]) == (["Saturday"], "00:00", "23:59")


async def test_no_text_of_the_clinic_closes_the_script_element(sqlite_url: str) -> None:
    nasty = "</script><script>alert(1)</script><!-- & 'x'"
    text = edit_file({'"Physiotherapy follow-up"': json.dumps(nasty)})
    async with client_of(sqlite_url, text) as http:
        [clinic] = await linked_data_of(http)
        page = (await http.get("/book")).text

    assert clinic["availableService"][-1]["name"] == nasty
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/manage", "/"])
async def test_other_pages_have_no_linked_data(sqlite_url: str, path: str) -> None:
    async with client_of(sqlite_url) as http:
        assert BLOCK.search((await http.get("/book")).text)
        assert not BLOCK.search((await http.get(path)).text)


async def test_the_content_security_policy_allows_the_linked_data(page: Page, site: Site) -> None:
    await page.add_init_script(
        "window.blocked = [];"
        "addEventListener('securitypolicyviolation', ({ blockedURI }) => blocked.push(blockedURI));"
    )
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))

    await page.goto(f"{site.url}/book")
    await page.get_by_role("heading", name="What can we do for you?").wait_for()
    # The listener hears of a violation, so its silence means something.
    await page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), { text: '1' }))"
    )
    assert await page.evaluate("blocked") == ["inline"]
    assert [text for text in messages if "Security Policy" in text][1:] == []
    data = await page.evaluate("document.querySelector('script[type=\"application/ld+json\"]').textContent")
    assert json.loads(data)["@graph"][0]["@type"] == "MedicalClinic"


async def test_a_repeated_booking_page_computes_nothing_of_the_catalogue(
    database: Database, database_url: str
) -> None:
    async with client_of(database_url) as http:
        first = await http.get("/book")
        with sql_statements() as sent:
            assert (await http.get("/book")).text == first.text
        assert len(sent) <= 6  # one of them for the sites that may frame the page
        assert any("site_keys" in statement for statement in sent)
        with sql_statements() as sent:
            assert (await http.get("/manage")).status_code == 200
        assert not any("site_keys" in statement for statement in sent)

        await open_clinic(database, edit_file({"1 Main Street": "2 Main Street"}))
        assert "2 Main Street" in (await http.get("/book")).text


async def test_search_engines_read_special_hours_also_of_a_holiday(sqlite_url: str) -> None:
    text = edit_file({"to = 2027-01-01": "to = 2026-12-24"})
    special = 'special_hours = [{ date = 2027-01-01, times = ["08:00-12:00", "13:00-24:00"] }]'

    async def new_year(file: str) -> list[tuple[str, str]]:
        async with client_of(sqlite_url, file) as http:
            [clinic] = await linked_data_of(http)
        days = clinic["specialOpeningHoursSpecification"]
        return [(row["opens"], row["closes"]) for row in days if row["validFrom"] == "2027-01-01"]

    assert await new_year(text) == [("00:00", "00:00")]
    opened = edit_file({"public_holidays": f"{special}\npublic_holidays"}, text)
    assert await new_year(opened) == [("08:00", "12:00"), ("13:00", "23:59")]
