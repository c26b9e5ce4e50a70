"""A practitioner's calendar, subscribed to by a secret address."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from icalendar import Calendar, Event

from booking.calendars.calendar_feed import create_feed, delete_feed
from booking.storage.database import Database
from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.cli.test_cli import run
from tests.support.clinics import NOW, SAMPLE, edit_file, open_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient, screening_answers, shows_phone
from tests.support.site import Clock

A, B = "sample-practitioner-a", "sample-practitioner-b"
SITE = "https://booking.example.com"


async def new_feed(database: Database, practitioner: str = A, *, renew: bool = False) -> str:
    """The path of a new feed."""
    async with database.write() as session:
        return f"/feeds/{await create_feed(session, practitioner, renew=renew, now=NOW)}.ics"


@pytest.fixture
async def path(http: httpx.AsyncClient, database: Database) -> str:
    """The path of practitioner A's feed."""
    return await new_feed(database)


async def read(http: httpx.AsyncClient, path: str) -> Calendar:
    response = await http.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.text)
    assert isinstance(calendar, Calendar)
    return calendar


async def events(http: httpx.AsyncClient, path: str) -> list[Event]:
    return (await read(http, path)).events


def properties(event: Event) -> dict[str, Any]:
    return {name: str(event[name]) for name in ("SUMMARY", "STATUS", "SEQUENCE")}


async def test_an_appointment_is_an_event_that_does_not_identify_the_patient(
    http: httpx.AsyncClient, api: GraphQLClient, path: str
) -> None:
    held = await api.hold("2026-11-24T07:00:00-05:00")
    answers = screening_answers(needle_fear="YES", metal_allergy="YES")
    booked = (await api.book(held["holdToken"], screening=answers))["appointment"]

    text = (await http.get(path)).text
    [event] = await events(http, path)

    assert properties(event) == {
        "SUMMARY": f"Dry needling, first visit, {booked['reference']}",
        "STATUS": "CONFIRMED",
        "SEQUENCE": "0",
    }
    assert event["LOCATION"] == "Main Street clinic, 1 Main Street, Suite 100, Toronto ON  M5X 1A1, Canada"
    assert event.start.isoformat() == "2026-11-24T07:00:00-05:00"
    assert event.end.isoformat() == "2026-11-24T07:45:00-05:00"
    unfolded = text.replace("\r\n ", "")
    for secret in (*PATIENT.values(), "needle", "metal", "allergy"):
        assert secret not in unfolded.replace("Dry needling", ""), secret
    assert not shows_phone(unfolded)


async def test_the_calendar_has_a_name_and_a_refresh_interval(http: httpx.AsyncClient, path: str) -> None:
    calendar = await read(http, path)

    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "Sample Practitioner A, Sample Health Services"
    text = (await http.get(path)).text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in text
    assert "X-PUBLISHED-TTL:PT15M\r\n" in text
    assert calendar.events == []


async def test_a_moved_event_keeps_its_uid_and_a_cancelled_one_stays_for_30_days(
    http: httpx.AsyncClient, api: GraphQLClient, path: str, clock: Clock
) -> None:
    booked = await api.hold_and_book("2026-12-10T07:00:00-05:00")
    [first] = await events(http, path)
    moved = await api.reschedule(booked["manageToken"], "2026-12-28T07:00:00-05:00")
    assert moved["problems"] != []  # the winter break
    moved = await api.reschedule(
        booked["manageToken"], "2027-01-04T07:00:00-05:00", screening=screening_answers()
    )
    assert moved["problems"] == []
    [second] = await events(http, path)
    await api.cancel(booked["manageToken"])
    [third] = await events(http, path)

    assert first["UID"] == second["UID"] == third["UID"]
    assert [properties(event)["SEQUENCE"] for event in (first, second, third)] == ["0", "1", "2"]
    assert [properties(event)["STATUS"] for event in (first, second, third)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert second.start.isoformat() == "2027-01-04T07:00:00-05:00"
    clock.now += timedelta(days=30) - timedelta(seconds=1)
    assert len(await events(http, path)) == 1
    clock.now += timedelta(seconds=1)
    assert await events(http, path) == []


async def test_a_past_event_stays_for_30_days(
    http: httpx.AsyncClient, api: GraphQLClient, path: str, clock: Clock
) -> None:
    await api.hold_and_book("2026-11-24T07:00:00-05:00")
    clock.now += timedelta(days=30, hours=23)
    assert len(await events(http, path)) == 1
    clock.now += timedelta(hours=1)
    assert await events(http, path) == []


async def test_time_off_is_a_busy_event(http: httpx.AsyncClient, database: Database) -> None:
    [away] = await events(http, await new_feed(database, B))

    assert (away["SUMMARY"], away["TRANSP"]) == ("Away", "OPAQUE")
    assert away.start.isoformat() == "2026-12-14T00:00:00-05:00"
    assert away.end.isoformat() == "2026-12-17T00:00:00-05:00"


async def test_time_off_that_comes_again_is_an_event_each_time(
    http: httpx.AsyncClient, database: Database
) -> None:
    again = 'to = 2026-12-16, every = "1 week", until = 2026-12-28 }'
    await open_clinic(database, edit_file({"to = 2026-12-16 }": again}))

    feed = await events(http, await new_feed(database, B))

    days = ["2026-12-14", "2026-12-21", "2026-12-28"]
    assert [away.start.isoformat() for away in feed] == [f"{day}T00:00:00-05:00" for day in days]


async def test_appointments_of_other_practitioners_are_not_in_the_feed(
    http: httpx.AsyncClient, api: GraphQLClient, database: Database, path: str
) -> None:
    booked = await api.hold_and_book("2026-11-23T14:00:00-05:00")
    assert booked["appointment"]["practitioner"]["slug"] in (A, B)
    others = await new_feed(database, B)
    theirs, own = await events(http, others), await events(http, path)

    mine = booked["appointment"]["practitioner"]["slug"] == A
    assert (len(own), len(theirs)) == ((1, 1) if mine else (0, 2))


async def test_an_unchanged_calendar_is_not_sent_again(
    http: httpx.AsyncClient, api: GraphQLClient, path: str, clock: Clock
) -> None:
    await api.hold_and_book("2026-11-24T07:00:00-05:00")
    etag = (await http.get(path)).headers["etag"]
    clock.now += timedelta(minutes=15)

    again = await http.get(path, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, no-cache"

    await api.hold_and_book("2026-11-24T08:00:00-05:00")
    assert (await http.get(path, headers={"if-none-match": etag})).status_code == 200


async def test_unknown_deleted_and_renewed_tokens_are_answered_alike(
    http: httpx.AsyncClient, database: Database, path: str
) -> None:
    renewed = await new_feed(database, renew=True)
    ended = await new_feed(database, B)
    withdrawn = await new_feed(database, "sample-practitioner-c")
    assert {(await http.get(known)).status_code for known in (renewed, ended, withdrawn)} == {200}
    async with database.write() as session:
        await delete_feed(session, B)
    slug = 'slug = "sample-practitioner-c"'
    await open_clinic(database, edit_file({slug: 'slug = "sample-practitioner-z"'}, SAMPLE))

    unknown = ("/feeds/unknown.ics", "/feeds/%00.ics", "/feeds/\ud7ff.ics")
    responses = [await http.get(address) for address in (path, ended, withdrawn, *unknown)]
    for response in responses:
        del response.headers["x-request-id"]
    headers = tuple(sorted(responses[0].headers.items()))
    assert {(each.status_code, each.text, tuple(sorted(each.headers.items()))) for each in responses} == {
        (404, "There is no such calendar.\nCall us: 416.545.1881\n", headers)
    }
    assert responses[0].headers["cache-control"] == "no-store"
    assert (await http.get("/feeds/.ics")).status_code == 404
    assert (await http.get(renewed)).status_code == 200


def test_a_token_is_stored_as_a_hash_only(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    environment = {"DATABASE_URL": sqlite_url, "BOOK_ONLINE_SITE": SITE}
    run("load", folder=tmp_path, **environment)

    made = run_command("feed", A, folder=tmp_path, environment=environment, starts_anew=True)
    address = made.stdout.strip()

    found = re.fullmatch(rf"{SITE}/feeds/([0-9a-f]{{64}})\.ics", address)
    assert found
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("clinic.sqlite3*"))
    assert A.encode() in stored
    assert found[1].encode() not in stored


@pytest.mark.processes
def test_the_command_creates_renews_and_ends_a_feed(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")

    def feed(*arguments: str) -> tuple[int, str, str]:
        done = run("feed", *arguments, folder=tmp_path, DATABASE_URL=sqlite_url, BOOK_ONLINE_SITE=SITE)
        return done.returncode, done.stdout, done.stderr

    run("load", folder=tmp_path, DATABASE_URL=sqlite_url)
    early = feed(A, "--renew")
    first, second = feed(A), feed(A)
    renewed, ended, late = feed(A, "--renew"), feed(A, "--end"), feed(A, "--end")

    assert first[0] == renewed[0] == ended[0] == 0
    assert first[1].startswith(f"{SITE}/feeds/")
    assert first[1] != renewed[1]
    assert ended[1] == "The feed of sample-practitioner-a has ended.\n"
    assert second == (
        1,
        "",
        "book-online: There is a feed already; its address was shown when it was made. "
        "`--renew` makes another.\n",
    )
    assert early == late == (1, "", "book-online: There is no feed of 'sample-practitioner-a'.\n")
    assert feed("nobody")[2].startswith("book-online: There is no such practitioner.")


@pytest.mark.processes
def test_an_address_of_this_machine_is_printed_with_a_warning(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    run("load", folder=tmp_path, DATABASE_URL=sqlite_url)
    for command in (("feed", A), ("feed", A, "--renew"), ("embed",)):
        done = run(*command, folder=tmp_path, DATABASE_URL=sqlite_url)
        assert "http://127.0.0.1:8000/" in done.stdout
        assert done.stderr == (
            "warning: BOOK_ONLINE_SITE is http://127.0.0.1:8000 here: "
            "set it as the server has it, or the address leads nowhere\n"
        )
    assert run("feed", A, "--end", folder=tmp_path, DATABASE_URL=sqlite_url).stderr == ""
    assert run("embed", folder=tmp_path, BOOK_ONLINE_SITE=SITE).stderr == ""
