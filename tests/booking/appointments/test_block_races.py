"""Holds and bookings that run while the desk blocks their time."""

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from booking.appointments.blocked_time.block import block_time
from booking.appointments.book import book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.errors import BookingError, NotOpen, TryAgain
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.queries.locks import lock_setup
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import (
    CLINIC,
    NINE,
    RECEPTION,
    TEN,
    block,
    block_of,
    details_of,
    impossible,
    starts_of,
)
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database


async def waits_for_a_lock(database: Database, task: asyncio.Task[Any]) -> bool:
    """Whether the task waits for a lock of PostgreSQL, rather than being done."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while not task.done():
        async with database.read() as session:
            if await session.scalar(waiting):
                return True
        await asyncio.sleep(0.01)
    return False


async def test_a_hold_that_begins_while_a_block_is_written_waits_and_is_refused(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    await open_clinic(database, CLINIC)
    assert NINE in await starts_of(database)  # The working time is cached from now on.

    async def hold() -> None:
        async with database.write() as session:
            await hold_slot(session, HoldRequest("visit", NINE, "one"), now=NOW)

    async with database.write() as session:
        await block_time(session, block_of(NINE, TEN), actor=RECEPTION, now=NOW)
        held = asyncio.create_task(hold())
        assert await waits_for_a_lock(database, held)
    with pytest.raises(NotOpen):
        await held
    await database.close()


async def test_a_block_waits_for_a_visit_that_is_being_booked_and_names_it(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    await open_clinic(database, CLINIC)
    async with database.write() as session:
        _, token = await hold_slot(session, HoldRequest("visit", NINE, "one"), now=NOW)
    async with database.write() as session:
        booking = await book(session, details_of(token), now=NOW)
        blocked = asyncio.create_task(block(database, block_of(NINE, TEN)))
        assert await waits_for_a_lock(database, blocked)
    outcome = await blocked
    assert (outcome.blocks, outcome.visits) == ([], [booking.appointments[0].id])
    await database.close()


async def test_no_visit_is_sold_inside_a_block_that_was_committed_before(database: Database) -> None:
    """Visitors book each time of a week while the desk blocks a day of it after the other."""
    await open_clinic(database, CLINIC)
    days = [NINE + n * DAY for n in range(6)]

    async def buy(at: datetime) -> None:
        try:
            async with database.write() as session:
                _, token = await hold_slot(session, HoldRequest("visit", at, "one"), now=NOW)
            async with database.write() as session:
                await book(session, details_of(token), now=NOW)
        except BookingError:
            pass

    async def block_day(day: datetime) -> set[uuid.UUID]:
        return set((await block(database, block_of(day, day + timedelta(hours=3)), over_visits=True)).visits)

    times = [day + n * timedelta(minutes=30) for n in range(6) for day in days]
    results = await asyncio.gather(*map(buy, times[::2]), *map(block_day, days), *map(buy, times[1::2]))

    known = set[uuid.UUID]().union(*(each for each in results if each is not None))
    async with database.read() as session:
        sold = set((await session.scalars(select(Appointment.id))).all())
    assert sold == known, "a visit that the desk was not told of was booked after its block"
    assert set(await impossible(database)) == sold


async def test_a_block_does_not_wait_for_ever_for_a_load_of_the_clinics_file(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    hasty = open_database(postgresql_url, patience=0.2)
    await open_clinic(database, CLINIC)
    async with database.write() as loading:
        await lock_setup(loading)
        with pytest.raises(TryAgain):
            await block(hasty, block_of(NINE, TEN))
    assert len((await block(database, block_of(NINE, TEN))).blocks) == 1
    await hasty.close()
    await database.close()
