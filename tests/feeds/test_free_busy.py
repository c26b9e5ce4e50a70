"""When a practitioner is busy, at a secret address, and nothing else."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, FreeBusy

from booking.calendars.busy.intervals import Interval
from booking.calendars.calendar_feed import create_feed, delete_feed
from booking.calendars.free_busy import _within
from booking.storage.database import Database
from booking.storage.models.calendar_feeds import CalendarFeed, FreeBusyFeed
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import NOW, SAMPLE
from tests.support.graphql_client import PATIENT, GraphQLClient
from tests.support.site import Clock

A, B = "sample-practitioner-a", "sample-practitioner-b"
SITE = "https://booking.example.com"


async def new_address(database: Database, practitioner: str = A, *, renew: bool = False) -> str:
    async with database.write() as session:
        token = await create_feed(session, practitioner, kind=FreeBusyFeed, renew=renew, now=NOW)
    return f"/feeds/{token}.ifb"


@pytest.fixture
async def address(http: httpx.AsyncClient, database: Database) -> str:
    """Of practitioner A's busy times."""
    return await new_address(database)


async def read(http: httpx.AsyncClient, address: str) -> FreeBusy:
    response = await http.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.text)
    assert isinstance(calendar, Calendar)
    assert calendar["METHOD"] == "PUBLISH"
    [times] = calendar.subcomponents
    assert isinstance(times, FreeBusy)
    return times


async def busy(http: httpx.AsyncClient, address: str) -> list[str]:
    """The periods as they are written, in their order."""
    found = (await read(http, address)).get("FREEBUSY", [])
    return [each.to_ical().decode() for each in (found if isinstance(found, list) else [found])]


async def test_visits_that_stand_are_busy_times_in_utc_and_holds_are_none(
    http: httpx.AsyncClient, api: GraphQLClient, address: str
) -> None:
    assert await busy(http, address) == []
    first = await api.hold_and_book("2026-11-24T07:00:00-05:00")
    await api.hold("2026-11-24T10:00:00-05:00")
    await api.hold_and_book("2026-11-24T08:00:00-05:00")

    assert await busy(http, address) == [
        "20261124T120000Z/20261124T124500Z",
        "20261124T130000Z/20261124T134500Z",
    ]
    await api.cancel(first["manageToken"])
    assert await busy(http, address) == ["20261124T130000Z/20261124T134500Z"]


async def test_it_says_when_and_not_why(http: httpx.AsyncClient, api: GraphQLClient, address: str) -> None:
    booked = await api.hold_and_book("2026-11-24T07:00:00-05:00")
    times = await read(http, address)
    text = (await http.get(address)).text.replace("\r\n ", "")

    assert "20261124T120000Z" in text
    for secret in (*PATIENT.values(), booked["appointment"]["reference"], "needling", "Main Street"):
        assert secret not in text, secret
    assert set(times) == {"UID", "DTSTAMP", "ORGANIZER", "DTSTART", "DTEND", "FREEBUSY"}
    start, end = times.decoded("DTSTART"), times.decoded("DTEND")
    assert start <= NOW < start + timedelta(days=1)
    assert end - start == timedelta(days=366)


async def test_time_off_is_busy_to_its_last_second(http: httpx.AsyncClient, database: Database) -> None:
    assert await busy(http, await new_address(database, B)) == ["20261214T050000Z/20261217T050000Z"]


async def test_the_tag_changes_with_the_times_and_with_the_day(
    http: httpx.AsyncClient, api: GraphQLClient, address: str, clock: Clock
) -> None:
    tag = (await http.get(address)).headers["etag"]
    assert tag.startswith('W/"')
    clock.now += timedelta(minutes=1)
    again = await http.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    await api.hold_and_book("2026-11-24T07:00:00-05:00")
    changed = await http.get(address, headers={"if-none-match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    clock.now += timedelta(days=1)
    assert (await http.get(address, headers={"if-none-match": changed.headers["etag"]})).status_code == 200


async def test_the_secret_of_one_feed_opens_no_other(
    http: httpx.AsyncClient, database: Database, api: GraphQLClient, address: str
) -> None:
    await api.hold_and_book("2026-11-24T07:00:00-05:00")
    async with database.write() as session:
        events = await create_feed(session, A, kind=CalendarFeed, renew=False, now=NOW)

    assert "BEGIN:VEVENT" in (await http.get(f"/feeds/{events}.ics")).text
    for ending in (".ifb", ".ics", ""):
        text = (await http.get(address.removesuffix(".ifb") + ending)).text
        assert ("BEGIN:VFREEBUSY" in text, "BEGIN:VEVENT" in text) == (True, False)


async def test_a_renewed_or_ended_address_is_like_an_unknown_one(
    http: httpx.AsyncClient, database: Database, address: str
) -> None:
    renewed = await new_address(database, renew=True)
    assert (await http.get(address)).status_code == 404
    assert (await http.get(renewed)).status_code == 200
    async with database.write() as session:
        await delete_feed(session, A, kind=FreeBusyFeed)
    assert (await http.get(renewed)).text == (await http.get("/feeds/unknown.ifb")).text


DAY = datetime(2026, 11, 24, tzinfo=UTC)
HOURS = st.integers(-30, 60)


@given(st.lists(st.tuples(HOURS, st.integers(1, 20))))
def test_each_hour_is_busy_that_an_interval_has_and_no_other(spans: list[tuple[int, int]]) -> None:
    def at(hour: int) -> datetime:
        return DAY + timedelta(hours=hour)

    shown = _within(at(0), at(24), [(at(first), at(first + length)) for first, length in spans])

    def has(intervals: list[Interval], hour: int) -> bool:
        return any(first <= at(hour) < last for first, last in intervals)

    asked = [(at(first), at(first + length)) for first, length in spans]
    assert [has(shown, hour) for hour in range(24)] == [has(asked, hour) for hour in range(24)]
    assert all(at(0) <= first < last <= at(24) for first, last in shown)
    assert all(before[1] < after[0] for before, after in pairwise(shown))


@pytest.mark.processes
def test_the_command_makes_renews_and_ends_an_address_of_its_own(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    environment = {"DATABASE_URL": sqlite_url, "BOOK_ONLINE_SITE": SITE}

    def feed(*arguments: str) -> tuple[int, str]:
        done = run_command("feed", A, *arguments, folder=tmp_path, environment=environment)
        return done.returncode, done.stdout + done.stderr

    run_command("load", folder=tmp_path, environment=environment)
    code, address = feed("--free-busy")
    assert code == 0
    assert address.startswith(f"{SITE}/feeds/")
    assert address.endswith(".ifb\n")
    assert feed("--renew") == (1, "book-online: There is no feed of 'sample-practitioner-a'.\n")
    assert feed("--free-busy", "--renew")[1] != address
    assert feed("--free-busy", "--end")[0] == 0
