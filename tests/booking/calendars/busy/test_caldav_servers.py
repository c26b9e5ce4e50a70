"""Calendars of real CalDAV servers: found by an account, read, and asked again only after a change."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from booking.calendars.busy.caldav import fetch_caldav, find_calendars
from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.manage import CalendarRefused, SeveralCalendars, add_calendar
from booking.calendars.busy.refresh import BusyCalendarRefresher
from booking.calendars.busy.source import CalendarSource
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCalendarKind, BusyCode
from booking.storage.queries.desk.busy_calendars import busy_calendars
from tests.booking.appointments.blocked_clinic import CLINIC, ELEVEN, NINE, RECEPTION, TEN, starts_of
from tests.booking.calendars.busy.caldav_servers import (
    PASSWORD,
    USER,
    CalDavServer,
    running_radicale,
    running_xandikos,
)
from tests.booking.calendars.busy.calendar_files import entry, event
from tests.booking.calendars.busy.conftest import client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module", params=[running_radicale, running_xandikos], ids=["radicale", "xandikos"])
async def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[CalDavServer]:
    folder: Path = tmp_path_factory.mktemp("caldav")
    async with request.param(folder) as running:
        yield running


def account(server: CalDavServer, url: str = "", *, password: str = PASSWORD) -> CalendarSource:
    return CalendarSource(BusyCalendarKind.CALDAV, url or server.origin, USER, password)


async def test_a_calendar_is_found_by_its_account_and_kept_up_to_date(
    server: CalDavServer, sqlite_url: str
) -> None:
    await server.make_calendar("work")
    await server.put("work", "first", event(NINE, TEN, uid="first"))
    weekly = entry(
        "DTSTART;TZID=America/Toronto:20261117T110000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", uid="w"
    )
    await server.put("work", "w", weekly)
    await server.put(
        "work", "own", event(NINE + timedelta(days=1), TEN + timedelta(days=1), uid="1@book-online")
    )
    found = {each.name: each.url for each in await find_calendars(client(), account(server))}
    assert found["Work"] == server.url("work")

    database = open_database(sqlite_url)
    try:
        await open_clinic(database, CLINIC)
        source = account(server, found["Work"])
        calendar = await add_calendar(database, client(), "one", source, actor=RECEPTION, now=NOW)
        starts = await starts_of(database)
        assert NINE not in starts
        assert TEN in starts
        assert ELEVEN not in starts
        assert NINE + timedelta(days=1) in await starts_of(database, day=NINE + timedelta(days=1))

        refresher, copy = BusyCalendarRefresher(database, client()), calendar.copy
        await refresher.refresh(calendar.id, now=NOW + timedelta(minutes=10))
        assert (await _state(database)) == (copy, None)
        await server.delete("work", "first")
        await refresher.refresh(calendar.id, now=NOW + timedelta(minutes=20))
        assert (await _state(database))[0] != copy
        assert NINE in await starts_of(database)
    finally:
        await database.close()


async def test_nothing_is_sent_again_while_the_sync_token_is_the_same(server: CalDavServer) -> None:
    await server.make_calendar("quiet")
    await server.put("quiet", "one", event(NINE, TEN, uid="one"))
    source = account(server, server.url("quiet"))
    span = {"start": NOW, "end": NOW + timedelta(days=60)}
    first = await fetch_caldav(client(), source, None, **span)
    assert first.texts is not None
    assert len(first.texts) == 1
    assert first.mark
    assert (await fetch_caldav(client(), source, first.mark, **span)).texts is None

    await server.put("quiet", "far", event(NINE + timedelta(days=90), TEN + timedelta(days=90), uid="far"))
    changed = await fetch_caldav(client(), source, first.mark, **span)
    assert changed.mark != first.mark
    assert changed.texts is not None
    assert len(changed.texts) == 1  # What is beyond the horizon isn't sent.


async def test_of_several_calendars_one_has_to_be_chosen(server: CalDavServer, sqlite_url: str) -> None:
    for name in ("here", "there"):
        await server.make_calendar(name)
    database = open_database(sqlite_url)
    try:
        await open_clinic(database, CLINIC)
        with pytest.raises(SeveralCalendars) as several:
            await add_calendar(database, client(), "one", account(server), actor=RECEPTION, now=NOW)
        assert {"Here", "There"} <= {each.name for each in several.value.calendars}
    finally:
        await database.close()


async def test_what_is_no_calendar_is_refused(server: CalDavServer) -> None:
    nothing = account(server, f"{server.origin}/nothing/")
    with pytest.raises(RefreshFailed) as failed:
        await fetch_caldav(client(), nothing, None, start=NOW, end=NOW)
    assert failed.value.code in (BusyCode.NOT_FOUND, BusyCode.NOT_A_CALENDAR, BusyCode.WRONG_PASSWORD)


async def test_a_wrong_password_is_named(tmp_path: Path, sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    try:
        await open_clinic(database, CLINIC)
        async with running_radicale(tmp_path) as server:
            wrong = account(server, password="another")
            with pytest.raises(CalendarRefused) as refused:
                await add_calendar(database, client(), "one", wrong, actor=RECEPTION, now=NOW)
        assert refused.value.code is BusyCode.WRONG_PASSWORD
    finally:
        await database.close()


async def _state(database: Database) -> tuple[object, object]:
    async with database.read() as session:
        (row,) = await busy_calendars(session)
    return row.copy, row.failure
