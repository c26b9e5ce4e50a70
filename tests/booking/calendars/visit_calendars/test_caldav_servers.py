"""Visits are written into calendars of real CalDAV servers, and stay as the clinic has them."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from booking.calendars.busy.manage import add_calendar
from booking.calendars.visit_calendars.manage import disconnect_calendar
from booking.calendars.visit_calendars.worker import LEASE
from booking.storage.models.desk.busy_calendars import BusyCode
from booking.storage.queries.desk.busy_calendars import all_intervals_of
from booking.storage.queries.desk.visit_calendars import forget_written, visit_calendar_of
from tests.booking.appointments.blocked_clinic import CLINIC, ELEVEN, NINE, RECEPTION, TEN, visit
from tests.booking.calendars.busy.caldav_servers import (
    PASSWORD,
    USER,
    CalDavServer,
    running_radicale,
    running_xandikos,
)
from tests.booking.calendars.busy.conftest import client
from tests.booking.calendars.visit_calendars.connected import Connected, account_at, connect, name_of
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database

pytestmark = pytest.mark.processes
DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=[running_radicale, running_xandikos], ids=["radicale", "xandikos"])
async def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[CalDavServer]:
    folder: Path = tmp_path_factory.mktemp("caldav")
    async with request.param(folder) as running:
        yield running


@pytest.fixture
async def one(server: CalDavServer, sqlite_url: str) -> AsyncIterator[Connected]:
    name = f"visits-{uuid.uuid4().hex[:8]}"
    await server.make_calendar(name)
    database = open_database(sqlite_url)
    await open_clinic(database, CLINIC)
    yield Connected(database, account_at(server.url(name)))
    await database.close()


async def test_visits_are_written_moved_and_deleted(one: Connected) -> None:
    first, others = await visit(one.database, NINE), await visit(one.database, NINE, "two")
    await connect(one)
    assert await one.write() == 1
    second = await visit(one.database, TEN)
    assert await one.write() == 1
    assert await one.names() == {name_of(first), name_of(second)}

    text = await one.text(first)
    written = await one.event(first)
    assert written["UID"] == f"{first.appointments[0].id}@book-online"
    assert written.start == NINE
    assert "DTSTART;TZID=America/Toronto:20261124T090000" in text
    assert "BEGIN:VTIMEZONE" in text
    assert "METHOD" not in text
    assert "ORGANIZER" not in text
    assert "Sample Patient" not in text
    assert first.appointments[0].reference not in text

    await first.move(NINE + DAY, at=NOW)
    await second.cancel(at=NOW)
    assert await one.write() == 2
    assert await one.names() == {name_of(first)}
    moved = await one.event(first)
    assert (moved.start, moved["UID"], moved["SEQUENCE"]) == (NINE + DAY, written["UID"], 1)
    assert await one.write() == 0
    assert (await one.state()).written_at == NOW

    await first.move(ELEVEN + DAY, at=NOW, practitioner="two")
    assert await one.write() == 1
    assert await one.names() == set()
    assert others.appointments[0].practitioner == "two"


async def test_a_clinic_may_show_the_reference(one: Connected) -> None:
    booked = await visit(one.database)
    await connect(one, with_reference=True)
    await one.write()
    assert booked.appointments[0].reference in str((await one.event(booked))["SUMMARY"])


async def test_what_was_written_but_not_noted_is_written_over(one: Connected) -> None:
    booked = await visit(one.database)
    await connect(one)
    await one.write()
    calendar = await one.state()
    async with one.database.write() as session:  # As if the process had been killed before its note.
        await forget_written(session, calendar.id, [booked.appointments[0].id])
    assert await one.write() == 1
    assert await one.names() == {name_of(booked)}


async def test_what_others_change_or_delete_is_written_again_a_day_later(one: Connected) -> None:
    changed, deleted = await visit(one.database, NINE), await visit(one.database, TEN)
    await connect(one)
    await one.write()
    theirs = (await one.text(changed)).replace("SUMMARY:", "SUMMARY:Not ")
    await one.ask("PUT", changed, theirs)
    await one.ask("DELETE", deleted)

    assert await one.write(now=NOW + DAY - timedelta(seconds=1)) == 0
    assert await one.names() == {name_of(changed)}
    assert await one.write(now=NOW + DAY) == 2
    assert await one.names() == {name_of(changed), name_of(deleted)}
    assert "Not" not in str((await one.event(changed))["SUMMARY"])
    assert await one.write(now=NOW + 2 * DAY) == 0


async def test_a_visit_that_is_over_stays_in_the_calendar(one: Connected) -> None:
    booked = await visit(one.database)
    await connect(one)
    await one.write()
    assert await one.write(now=NINE + 2 * DAY) == 0
    assert await one.names() == {name_of(booked)}


async def test_a_disconnected_calendar_has_no_visits_of_ours(one: Connected) -> None:
    await visit(one.database)
    await connect(one)
    await one.write()
    await disconnect_calendar(one.database, client(), "one", keep_events=False, now=NOW)
    assert await one.names() == set()

    booked = await visit(one.database, TEN)
    await connect(one)
    await one.write()
    await disconnect_calendar(one.database, client(), "one", keep_events=True, now=NOW)
    assert name_of(booked) in await one.names()
    assert await one.write() == 0


async def test_our_visits_make_nobody_busy_elsewhere(one: Connected) -> None:
    booked = await visit(one.database)
    await connect(one)
    await one.write()
    assert await one.names() == {name_of(booked)}
    copied = await add_calendar(one.database, client(), "one", one.account, actor=RECEPTION, now=NOW)
    async with one.database.read() as session:
        assert await all_intervals_of(session, copied.id) == []


async def test_a_calendar_that_was_deleted_is_named(one: Connected) -> None:
    await visit(one.database)
    await connect(one)
    async with httpx.AsyncClient(auth=(USER, PASSWORD), trust_env=False, timeout=60) as browser:
        (await browser.delete(one.account.url)).raise_for_status()
    assert await one.write() == 0
    assert (await one.state()).failure is BusyCode.NOT_FOUND


async def test_another_process_waits_for_its_turn(one: Connected) -> None:
    await visit(one.database)
    await connect(one)
    async with one.database.write() as session:
        calendar = await visit_calendar_of(session, "one")
        assert calendar is not None
        calendar.next_write_at = NOW + LEASE
    assert await one.write() == 0
    assert await one.write(now=NOW + LEASE) == 1
