"""Staff who act at the same instant: one has the time, or the visit, and the other hears why not."""

import asyncio

from booking.appointments.by_staff.book import hold_by_staff
from booking.appointments.hold import HoldRequest
from booking.domain.errors import ChangedMeanwhile, NotFound, SlotTaken
from booking.storage.database import Database
from tests.booking.appointments.by_staff.front_desk import (
    ELEVEN,
    NINE,
    OTHER,
    TEN,
    move,
    open_desk,
    stored,
    undo,
    visit,
)
from tests.support.clinics import NOW

AT_ONCE = 6


async def test_one_of_many_squeeze_ins_has_the_time(database: Database) -> None:
    await open_desk(database)
    await visit(database)

    async def squeeze_in() -> bool:
        try:
            async with database.write() as session:
                request = HoldRequest("visit", NINE, "one", squeeze_in=True)
                held, _ = await hold_by_staff(session, request, now=NOW)
        except SlotTaken:
            return False
        return held.squeeze_in

    assert sum(await asyncio.gather(*(squeeze_in() for _ in range(AT_ONCE)))) == 1


async def test_of_two_who_saw_one_version_one_moves_the_visit(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    async def moved_to(to: object) -> object:
        try:
            await move(database, booked, TEN if to == TEN else ELEVEN, actor=OTHER, version=0)
        except ChangedMeanwhile:
            return None
        return to

    [to] = [each for each in await asyncio.gather(moved_to(TEN), moved_to(ELEVEN)) if each]
    assert (await stored(database, booked)).starts_at == to


async def test_an_undo_that_is_asked_twice_at_once_is_done_once(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    act = (await move(database, booked, TEN)).version

    async def undone() -> bool:
        try:
            await undo(database)
        except (ChangedMeanwhile, NotFound):
            return False
        return True

    assert sum(await asyncio.gather(undone(), undone())) == 1
    row = await stored(database, booked)
    assert (row.starts_at, row.version) == (NINE, act + 1)
