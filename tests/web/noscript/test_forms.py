"""Responses to forms: of browsers, of other sites, of clients that send what no form of these pages has."""

import re
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest

from booking.patients.contacts import notes_of_patients
from booking.storage.database import Database
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.asgi_client import asgi_client
from tests.support.clinics import edit_file, open_clinic, small_clinic
from tests.support.databases import open_database
from tests.support.site import Clock
from tests.web.noscript.server import app_on

HERE = {"sec-fetch-site": "same-origin"}
QUESTIONS = ("pregnancy", "bleeding", "infection", "pacemaker", "needle-fear", "metal-allergy")
NO = {f"answer-{question}": "no" for question in QUESTIONS}
PATIENT = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0123"}
TIME = "2026-11-24T12:00Z@main-street"
HELD = {"at": TIME, "key": "k" * 43}


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url)
    await open_clinic(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def site(database: Database, sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with asgi_client(app_on(sqlite_url, Clock())) as client:
        client.headers.update(HERE)
        yield client


def heading(response: httpx.Response) -> str:
    [title] = re.findall(r"<h1>(.*?)</h1>", response.text)
    return unescape(title)


PAGES = [
    ("GET", "times", {}, 200),
    ("POST", "hold", HELD, 200),
    ("POST", "answers", HELD, 422),
    ("POST", "answers", HELD | NO, 200),
    ("POST", "answers", HELD | NO | {"answer-bleeding": "yes"}, 200),
    ("POST", "finish", HELD | NO, 422),
    ("POST", "finish", HELD | NO | PATIENT, 200),
    ("POST", "hold", HELD | {"at": "2026-11-24T03:00Z@main-street"}, 409),
]


@pytest.mark.parametrize(("method", "path", "sent", "status"), PAGES)
async def test_a_page_is_private_and_runs_nothing(
    site: httpx.AsyncClient, method: str, path: str, sent: dict[str, str], status: int
) -> None:
    data = sent if method == "POST" else None
    response = await site.request(method, f"/book/dry-needling/{path}", data=data, params={"lang": "fr"})

    assert response.status_code == status
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-robots-tag"] == "noindex"
    assert response.headers["content-language"] == "fr"
    assert "form-action 'self'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert '<html lang="fr">' in response.text
    assert "416.545.1881" in response.text
    assert "set-cookie" not in response.headers
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", response.text)
    addresses = re.findall(r'(?:href|action|formaction)="([^"]*)"', response.text)
    assert addresses
    # Nothing secret and nothing of health is in an address; a manage link has its secret after the "#".
    assert [
        address for address in addresses if re.search(r"answer-|key=|k{43}|Sample\+Patient|token=", address)
    ] == []


async def test_who_books_for_another_gives_both_names(site: httpx.AsyncClient, database: Database) -> None:
    sent = HELD | NO | PATIENT | {"whom": "other", "contactName": "Sample Parent", "note": "Left knee"}
    for wrong, count in (({"contactName": "", "email": ""}, 2), ({"note": "x" * 600}, 1)):
        refused = await site.post("/book/dry-needling/finish", data=sent | wrong)
        assert (refused.status_code, refused.text.count('aria-invalid="true"')) == (422, count)
    assert heading(await site.post("/book/dry-needling/finish", data=sent)) == "Your visit is booked"
    [contact] = await all_contacts(database)
    assert (contact.name, contact.contact_name) == ("Sample Patient", "Sample Parent")
    async with database.read() as session:
        assert await notes_of_patients(session, [contact.id]) == {contact.id: "Left knee"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://clinic.example.elsewhere.example"},
    ],
)
async def test_a_page_of_another_site_can_send_nothing(
    site: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del site.headers["sec-fetch-site"]
    response = await site.post("/book/dry-needling/hold", data=HELD, headers=headers)

    assert (response.status_code, heading(response)) == (403, "We could not read this form.")


@pytest.mark.parametrize("headers", [{}, {"origin": "null"}, {"origin": "http://clinic.example"}])
async def test_a_browser_that_sends_no_fetch_metadata_can_send_a_form(
    site: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del site.headers["sec-fetch-site"]
    response = await site.post("/book/dry-needling/hold", data=HELD, headers=headers)

    assert (response.status_code, heading(response)) == (200, "Does any of these apply to you?")


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("{}", "application/json", 415),
        ("key=" + "x" * 70_000, "application/x-www-form-urlencoded", 413),
        ("&".join(["a=1"] * 300), "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_body_that_is_no_form_of_these_pages_is_refused(
    site: httpx.AsyncClient, body: str, media_type: str, status: int
) -> None:
    response = await site.post("/book/dry-needling/hold", content=body, headers={"content-type": media_type})

    assert (response.status_code, heading(response)) == (status, "We could not read this form.")
    assert "416.545.1881" in response.text


@pytest.mark.parametrize("path", ["hold", "answers", "finish", "release", "calendar"])
async def test_the_address_of_a_step_redirects_to_the_times(site: httpx.AsyncClient, path: str) -> None:
    opened = await site.get(f"/book/dry-needling/{path}?lang=fr")
    sent_empty = await site.post(
        f"/book/dry-needling/{path}?lang=fr", data={"at": "nonsense", "key": "short"}
    )

    for response in (opened, sent_empty):
        leads_to = (response.status_code, response.headers["location"])
        assert leads_to == (303, "/book/dry-needling/times?lang=fr")


@pytest.mark.parametrize(
    ("path", "sent"),
    [("no-such-service/times", None), ("%00/times", None), ("no-such-service/hold", HELD)],
)
async def test_an_unknown_service_redirects_to_all_services(
    site: httpx.AsyncClient, path: str, sent: dict[str, str] | None
) -> None:
    response = await (site.post(f"/book/{path}", data=sent) if sent else site.get(f"/book/{path}"))
    while response.next_request is not None and "/times" in str(response.next_request.url):
        response = await site.get(str(response.next_request.url))

    assert (response.status_code, response.headers["location"]) == (303, "/book?lang=en")


@pytest.mark.parametrize(
    "query",
    [
        "with=nobody",
        "from=9999-12-31",
        "from=0001-01-01",
        "from=today",
        "at=2026-11-24T12:00Z@nowhere",
        "at=9999-12-31T23:59Z@main-street",
        "at=0001-01-01T00:00Z@main-street@sample-practitioner-a",
        "at=8999-12-31T23:59Z@main-street",
        "visit=99&at=@&at=%00&at=%FF&with=%00",
        "visit=²",
    ],
)
@pytest.mark.parametrize("service", ["dry-needling", "dry-needling-course"])
async def test_a_malformed_address_still_shows_times(
    site: httpx.AsyncClient, service: str, query: str
) -> None:
    response = await site.get(f"/book/{service}/times?{query}")

    assert response.status_code == 200
    assert "choose a time" in heading(response).lower()


@pytest.mark.parametrize(
    "at",
    [
        *("2026-12-09", "2026-12-09T23:00+05:00", "2026-12-09T23:00%2B05:00", "2026-12-09t18:00:00z"),
        *("2026-12-09T13:00", "2026-12-10T04:30Z"),
    ],
)
async def test_an_address_may_wish_for_a_time(site: httpx.AsyncClient, at: str) -> None:
    """Its day in the clinic is shown first, however the time is written."""
    response = await site.get(f"/book/dry-needling/times?at={at}")

    assert "Wednesday, December 9" in response.text
    assert "Tuesday, December 8" not in response.text


@pytest.mark.parametrize(
    "at", ["2026-11-24T12:07Z", "8999-12-31T23:59Z", "2000-01-01T00:00Z", "2027-05-03T15:00Z"]
)
async def test_a_time_that_was_never_offered_is_answered_with_open_times(
    site: httpx.AsyncClient, at: str
) -> None:
    sent = HELD | {"at": f"{at}@main-street"}
    response = await site.post("/book/dry-needling/hold", data=sent)

    assert (response.status_code, heading(response)) == (409, "Choose a time")
    assert 'role="alert"' in response.text


async def test_a_booking_stays_as_it_is_when_any_form_is_sent_again(site: httpx.AsyncClient) -> None:
    first = await site.post("/book/dry-needling/finish", data=HELD | NO | PATIENT)
    [reference] = re.findall(r'class="reference">([^<]+)<', first.text)

    for again in (
        HELD | NO | PATIENT | {"name": "Another Patient"},
        HELD,
        HELD | {"answer-bleeding": "yes"},
    ):
        for path in ("hold", "answers", "finish"):
            response = await site.post(f"/book/dry-needling/{path}", data=again)
            assert (response.status_code, heading(response)) == (200, "Your visit is booked")
            assert reference in response.text
    assert (await site.post("/book/dry-needling/release", data=HELD)).status_code == 303
    assert reference in (await site.post("/book/dry-needling/finish", data=HELD)).text


async def test_a_page_sees_no_booking_of_another_page(site: httpx.AsyncClient) -> None:
    await site.post("/book/dry-needling/finish", data=HELD | NO | PATIENT)
    guessed = await site.post(
        "/book/dry-needling/finish",
        data=HELD | NO | PATIENT | {"key": "l" * 43, "with": "sample-practitioner-a"},
    )

    assert (guessed.status_code, heading(guessed)) == (409, "Choose a time")
    assert 'class="reference"' not in guessed.text


async def test_a_client_at_its_limit_of_holds_is_refused_another(database: Database, sqlite_url: str) -> None:
    async with asgi_client(app_on(sqlite_url, Clock(), holds_per_client=1)) as site:
        await site.post("/book/dry-needling/hold", data=HELD)
        other = HELD | {"at": "2026-11-25T12:00Z@main-street"}
        response = await site.post("/book/dry-needling/hold", data=other)

    assert (response.status_code, heading(response)) == (429, "Please wait a few minutes")
    assert int(response.headers["retry-after"]) > 0
    assert "You are holding many times already." in response.text
    assert "416.545.1881" in response.text
    # Nothing of the form is lost.
    assert other["at"] in unescape(response.text)


async def test_a_calendar_file_needs_the_manage_token(site: httpx.AsyncClient) -> None:
    booked = await site.post("/book/dry-needling/finish", data=HELD | NO | PATIENT)
    [token] = re.findall(r'name="token" value="([0-9a-f]+)"', booked.text)

    file = await site.post("/book/dry-needling/calendar?lang=fr", data={"token": token})
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert file.headers["cache-control"] == "no-store"
    assert "Puncture" in file.text
    assert (await site.post("/book/dry-needling/calendar", data={"token": "another"})).status_code == 303


TWO_LOCATIONS = {
    "[[services]]": """[[locations]]
slug = "there"
name = "There"
address = ["2 Main Street"]
hours = { mon-sun = ["00:00-24:00"] }
[[services]]""",
    "[[practitioners.hours]]": """[[practitioners.hours]]
location = "there"
week = { mon-sun = ["13:00-15:00"] }
[[practitioners.hours]]
location = "here\"""",
}


async def test_a_time_names_its_location_where_there_are_several(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await open_clinic(database, edit_file(TWO_LOCATIONS, small_clinic()))
    async with asgi_client(app_on(sqlite_url, Clock())) as site:
        times = (await site.get("/book/visit/times")).text
        assert re.findall(r'value="2026-11-24T1[48]:00Z@(\w+)".*?<small>(.*?)</small>', times) == [
            ("here", "Here"),
            ("there", "There"),
        ]
        held = await site.post("/book/visit/hold", data=HELD | {"at": "2026-11-24T18:00Z@there"})
        assert "2 Main Street" in held.text.partition("<footer")[0]
    await database.close()
