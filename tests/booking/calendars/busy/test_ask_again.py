"""A near visit waits for a fresh copy; without one the clinic's choice decides, and says so in the search."""

import asyncio
from datetime import timedelta

import pytest

from booking.appointments.book import book
from booking.appointments.checks.fresh_calendars import ask_before_booking
from booking.appointments.hold import HoldRequest, hold_slot, turn_to_hold
from booking.calendars.busy.refresh import BusyCalendarRefresher
from booking.domain.errors import SlotTaken
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from tests.booking.appointments.blocked_clinic import CLINIC, ELEVEN, NINE, TEN, details_of, starts_of
from tests.booking.calendars.busy.calendar_files import event
from tests.booking.calendars.busy.conftest import CalendarElsewhere, client
from tests.booking.webhooks.receiver import SILENCE, response
from tests.support.clinics import NOW, edit_file, open_clinic

MINUTE = timedelta(minutes=1)
CLOSED = edit_file(
    {"[[locations]]": '[busy_calendars]\nwhen_unreachable = "closed"\nnear = "26 h"\n[[locations]]'}, CLINIC
)


async def held(database: Database, *, minutes: int, practitioner: str | None = "one") -> str:
    """The secret of a hold at nine, so many minutes after the copy was made."""
    request, now = HoldRequest("visit", NINE, practitioner), NOW + minutes * MINUTE
    async with turn_to_hold(database, request, now=now), database.write() as session:
        return (await hold_slot(session, request, now=now))[1]


def be_hasty(elsewhere: CalendarElsewhere) -> None:
    """Of the server: to wait for no answer for longer than half a second."""
    hasty = BusyCalendarRefresher(elsewhere.database, client(), patience=timedelta(seconds=0.5))
    elsewhere.database.before_hold = hasty.before_hold


async def test_an_entry_of_a_minute_ago_refuses_the_hold_and_the_search_has_it_from_then_on(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has()
    await elsewhere.add()
    elsewhere.has(event(NINE, TEN))

    assert NINE in await starts_of(database)
    with pytest.raises(SlotTaken):
        await held(database, minutes=11)
    assert NINE not in await starts_of(database)


async def test_a_fresh_copy_and_a_far_visit_wait_for_nobody(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has()
    await elsewhere.add()
    asked = len(elsewhere.server.requests)
    elsewhere.has(event(NINE, TEN))

    await held(database, minutes=9)
    far = NINE + timedelta(days=7)
    request, now = HoldRequest("visit", far, "one"), NOW + 60 * MINUTE
    async with turn_to_hold(database, request, now=now), database.write() as session:
        await hold_slot(session, request, now=now)
    assert len(elsewhere.server.requests) == asked


async def test_all_who_ask_at_once_are_told_by_one_request(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has()
    await elsewhere.add()
    asked = len(elsewhere.server.requests)
    elsewhere.has(event(NINE, TEN))

    refused = await asyncio.gather(*(held(database, minutes=11) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in refused] == [SlotTaken] * 5
    assert len(elsewhere.server.requests) == asked + 1


async def test_a_hold_is_refused_at_its_booking_once_the_calendar_says_busy(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has()
    await elsewhere.add()
    token = await held(database, minutes=9)
    elsewhere.has(event(NINE, TEN))
    now = NOW + 12 * MINUTE
    await ask_before_booking(database, [token], now=now)
    with pytest.raises(SlotTaken):
        async with database.write() as session:
            await book(session, details_of(token), now=now)


async def test_any_practitioner_is_found_who_is_free_by_a_fresh_copy(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    elsewhere.has()
    await elsewhere.add()
    elsewhere.has(event(NINE, TEN))
    await held(database, minutes=11, practitioner=None)
    with pytest.raises(SlotTaken):
        await held(database, minutes=12, practitioner="one")


@pytest.mark.parametrize("answer", [response(503), SILENCE], ids=["an error", "silence"])
async def test_open_takes_the_last_copy(
    database: Database, elsewhere: CalendarElsewhere, answer: bytes
) -> None:
    elsewhere.has(event(TEN, ELEVEN))
    await elsewhere.add()
    be_hasty(elsewhere)
    elsewhere.answers(answer)
    await held(database, minutes=11)
    starts = await starts_of(database)
    assert TEN not in starts
    assert ELEVEN in starts


@pytest.mark.parametrize("answer", [response(503), SILENCE], ids=["an error", "silence"])
async def test_closed_closes_the_near_times_until_the_calendar_answers(
    database: Database, elsewhere: CalendarElsewhere, answer: bytes
) -> None:
    await open_clinic(database, CLOSED)
    elsewhere.has()
    await elsewhere.add()
    before = await starts_of(database)
    far = NINE + timedelta(days=2)
    be_hasty(elsewhere)
    elsewhere.answers(answer)
    with pytest.raises(SlotTaken):
        await held(database, minutes=11)
    # 26 hours from now end at 9:11 in Toronto: a visit at 9:15 is not near. The search stands at `NOW`.
    async with database.read() as session:
        criteria = await slot_criteria(session, "visit", "one")
        found = await find_slots(session, criteria, NINE.date(), far.date(), now=NOW + 11 * MINUTE)
    starts = [slot.starts_at for slot in found]
    assert NINE not in starts
    assert far in starts
    await held(database, minutes=11, practitioner="two")

    elsewhere.has()
    await elsewhere.refresh(now=NOW + 13 * MINUTE)
    assert await starts_of(database) == before
    await held(database, minutes=14)


async def test_a_calendar_that_just_failed_is_not_asked_for_each_visitor(
    database: Database, elsewhere: CalendarElsewhere
) -> None:
    await open_clinic(database, CLOSED)
    elsewhere.has()
    await elsewhere.add()
    elsewhere.answers(response(503))
    asked = len(elsewhere.server.requests)
    for _ in range(3):
        with pytest.raises(SlotTaken):
            await held(database, minutes=11)
    assert len(elsewhere.server.requests) == asked + 1
