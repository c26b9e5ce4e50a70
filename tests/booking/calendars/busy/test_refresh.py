"""A calendar elsewhere keeps a practitioner's time: its copy, its failures, and the visits that collide."""

import asyncio
from datetime import datetime, timedelta

import pytest

from booking.appointments.hold import HoldRequest, hold_slot
from booking.calendars.busy.manage import remove_calendar
from booking.calendars.busy.worker import refresh_due
from booking.domain.errors import NotFound, SlotTaken
from booking.scheduling.obstacles import find_obstacles
from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCode
from tests.booking.appointments.blocked_clinic import (
    ELEVEN,
    NINE,
    TEN,
    calls_to_make,
    impossible,
    starts_of,
    visit,
)
from tests.booking.calendars.busy.calendar_files import event
from tests.booking.calendars.busy.conftest import CalendarElsewhere
from tests.booking.webhooks.receiver import SILENCE, response
from tests.support.clinics import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOT_MODIFIED = response(304)


async def test_no_slot_is_where_the_calendar_says_busy(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    before = await starts_of(database)
    elsewhere.has(event(NINE, TEN), event(TEN, TEN + 15 * MINUTE))
    await elsewhere.add()

    assert await elsewhere.intervals() == [(NINE, TEN + 15 * MINUTE)]
    assert await starts_of(database) == [start for start in before if start >= TEN + 15 * MINUTE]
    assert await starts_of(database, "two") == before
    with pytest.raises(SlotTaken):
        await visit(database, NINE)


async def test_an_entry_that_moves_by_an_hour_moves_the_open_times(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has(event(NINE, TEN))
    await elsewhere.add()
    elsewhere.has(event(TEN, ELEVEN))
    await elsewhere.refresh(now=NOW + 10 * MINUTE)

    assert await elsewhere.intervals() == [(TEN, ELEVEN)]
    starts = await starts_of(database)
    assert NINE in starts
    assert TEN not in starts


async def test_a_visit_that_collides_later_is_listed_and_stays_where_it_is(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has()
    await elsewhere.add()
    hit = (await visit(database, NINE)).appointments[0].id
    await visit(database, ELEVEN)
    elsewhere.has(event(NINE + 20 * MINUTE, TEN))
    await elsewhere.refresh(now=NOW + 10 * MINUTE)

    assert await impossible(database) == [hit]
    assert await calls_to_make(database) == 1
    async with database.read() as session:
        (obstacle,) = await find_obstacles(session, now=NOW)
    assert obstacle.reason == "Sample Practitioner one is busy by a calendar elsewhere"
    assert obstacle.appointment.starts_at == NINE

    elsewhere.has()
    await elsewhere.refresh(now=NOW + 20 * MINUTE)
    assert await impossible(database) == []


async def test_a_calendar_that_is_added_over_a_visit_lists_it_and_removed_lets_it_be(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    hit = (await visit(database, NINE)).appointments[0].id
    elsewhere.has(event(NINE, TEN))
    calendar = await elsewhere.add()
    assert await impossible(database) == [hit]

    async with database.write() as session:
        with pytest.raises(NotFound):
            await remove_calendar(session, calendar.id, only_practitioner="two", now=NOW)
    async with database.write() as session:
        assert await remove_calendar(session, calendar.id, only_practitioner="one", now=NOW) == "one"
    assert await impossible(database) == []
    assert await elsewhere.intervals() == []
    async with database.write() as session:
        with pytest.raises(NotFound):
            await remove_calendar(session, calendar.id, now=NOW)


async def test_staff_book_over_a_calendar_as_a_squeeze_in_which_then_stays(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has(event(NINE, TEN))
    await elsewhere.add()
    request = HoldRequest("visit", NINE, "one", by_staff=True)
    async with database.write() as session:
        with pytest.raises(SlotTaken):
            await hold_slot(session, request, now=NOW)
    async with database.write() as session:
        over = HoldRequest("visit", NINE, "one", by_staff=True, squeeze_in=True)
        hold, _ = await hold_slot(session, over, now=NOW)
    assert hold.squeeze_in


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (response(404), BusyCode.NOT_FOUND),
        (response(410), BusyCode.NOT_FOUND),
        (response(401), BusyCode.WRONG_PASSWORD),
        (response(503), BusyCode.UNREACHABLE),
        (response(302, "location: ftp://inside.example/\r\n"), BusyCode.NOT_ALLOWED),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", BusyCode.NOT_A_CALENDAR),
    ],
)
async def test_the_copy_of_a_calendar_that_cannot_be_asked_stays(
    elsewhere: CalendarElsewhere, answer: bytes, code: BusyCode
) -> None:
    elsewhere.has(event(NINE, TEN))
    await elsewhere.add()
    elsewhere.answers(answer)
    failing_since = NOW + 10 * MINUTE
    await elsewhere.refresh(now=failing_since)
    calendar = await elsewhere.refresh(now=NOW + 30 * MINUTE)
    assert (calendar.failure, calendar.failing_since, calendar.copied_at) == (code, failing_since, NOW)
    assert await elsewhere.intervals() == [(NINE, TEN)]
    assert calendar.next_ask_at == NOW + 45 * MINUTE

    elsewhere.has(event(TEN, ELEVEN))
    calendar = await elsewhere.refresh(now=NOW + HOUR)
    assert (calendar.failure, calendar.failing_since, calendar.copied_at) == (None, None, NOW + HOUR)
    assert await elsewhere.intervals() == [(TEN, ELEVEN)]


async def test_a_file_that_is_as_before_is_not_sent_again_and_not_read_again(
    elsewhere: CalendarElsewhere,
) -> None:
    elsewhere.has(event(NINE, TEN), head='etag: "one"\r\n')
    copy = (await elsewhere.add()).copy
    elsewhere.answers(NOT_MODIFIED)
    calendar = await elsewhere.refresh(now=NOW + 10 * MINUTE)
    assert elsewhere.server.requests[-1].headers["if-none-match"] == '"one"'
    assert (calendar.copy, calendar.copied_at, calendar.failure) == (copy, NOW + 10 * MINUTE, None)

    # Once the copy doesn't reach the clinic's horizon any more, all of it is asked for.
    elsewhere.has(event(NINE, TEN), head='etag: "one"\r\n')
    later = await elsewhere.refresh(now=NOW + timedelta(days=20))
    assert "if-none-match" not in elsewhere.server.requests[-1].headers
    assert later.copied_until is not None
    assert calendar.copied_until is not None
    assert later.copied_until > calendar.copied_until


async def test_entries_that_cannot_be_read_are_counted(elsewhere: CalendarElsewhere) -> None:
    elsewhere.has(event(NINE, TEN), ["BEGIN:VEVENT", "SUMMARY:x", "DTSTART:20279999", "END:VEVENT"])
    await elsewhere.add()
    (calendar,) = await elsewhere.listed()
    assert calendar.unread == 1
    assert await elsewhere.intervals() == [(NINE, TEN)]


async def test_the_worker_asks_what_is_due_once(database: Database, elsewhere: CalendarElsewhere) -> None:
    elsewhere.has()
    await elsewhere.add()
    asked = len(elsewhere.server.requests)

    async def due(now: datetime) -> list[int]:
        runs = (refresh_due(database, elsewhere.refresher, now=now) for _ in range(3))
        return sorted(await asyncio.gather(*runs))

    assert await due(NOW + 9 * MINUTE) == [0, 0, 0]
    assert await due(NOW + 10 * MINUTE) == [0, 0, 1]
    assert await due(NOW + 11 * MINUTE) == [0, 0, 0]
    assert len(elsewhere.server.requests) == asked + 1


async def test_a_server_that_stops_ends_what_it_asks(elsewhere: CalendarElsewhere) -> None:
    elsewhere.has()
    calendar = await elsewhere.add()
    elsewhere.answers(SILENCE)
    asked = len(elsewhere.server.requests)
    waiting = asyncio.create_task(elsewhere.refresher.refresh(calendar.id, now=NOW + 10 * MINUTE))
    await elsewhere.server.arrived(asked + 1)
    await elsewhere.refresher.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    (calendar,) = await elsewhere.listed()
    assert (calendar.failure, calendar.copied_at) == (None, NOW)


async def test_an_older_answer_replaces_no_newer_one(elsewhere: CalendarElsewhere) -> None:
    elsewhere.has(event(NINE, TEN))
    await elsewhere.add(now=NOW + HOUR)
    elsewhere.has()
    calendar = await elsewhere.refresh(now=NOW)
    assert calendar.copied_at == NOW + HOUR
    assert await elsewhere.intervals() == [(NINE, TEN)]


async def test_neither_address_nor_title_is_stored_in_clear(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has(event(NINE, TEN))
    calendar = await elsewhere.add()
    assert "127.0.0.1" in elsewhere.server.url
    assert b"127.0.0.1" not in bytes(calendar.secret)
    assert "127.0.0.1" not in repr(vars(calendar) | {"secret": None})
