"""Addresses of practitioners' calendars after mail gateways and messengers have rewritten them."""

import httpx
import pytest

from booking.calendars.calendar_feed import create_feed
from booking.domain.tokens import hash_of
from booking.storage.models.calendar_feeds import CalendarFeed
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.web.test_rewritten_links import rewritten


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
            "/FEEDS/{TOKEN}.ICS",
            "//feeds//{token}.ics",
            "/fr/feeds/{token}.ics",
        ),
    ],
)
async def test_a_rewritten_calendar_address_still_works(sqlite_url: str, link: str) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database)
    async with database.write() as session:
        token = await create_feed(session, "sample-practitioner-a", renew=False, now=NOW)
    await database.close()
    async with asgi_client(create_app(Settings(sqlite_url), now=lambda: NOW)) as http:
        path = rewritten(link, token) if link.startswith("/") else f"/feeds/{rewritten(link, token)}"
        address = httpx.URL("http://clinic.example", raw_path=path.encode())
        response = await http.get(address, follow_redirects=True)
        assert response.status_code == 200
        assert response.text.startswith("BEGIN:VCALENDAR")


async def test_a_calendar_address_of_an_older_version_still_works(sqlite_url: str) -> None:
    database, token = open_database(sqlite_url), "Aa_-" * 10 + "xyz"
    await open_clinic(database)
    async with database.write() as session:
        session.add(
            CalendarFeed(practitioner="sample-practitioner-a", token_hash=hash_of(token), created_at=NOW)
        )
    await database.close()
    async with asgi_client(create_app(Settings(sqlite_url), now=lambda: NOW)) as http:
        for address in (f"{token}.ics", f"{token}.ics%20", f"{token[:9]}%250A{token[9:]}.ics)"):
            assert (await http.get(f"/feeds/{address}")).status_code == 200
