"""Extra hours of one day: open whatever the week says, and never dropped over a visit."""

import uuid
from datetime import timedelta

import pytest

from booking.appointments.blocked_time.extra_hours import (
    RemovedHours,
    remove_extra_hours,
)
from booking.domain.errors import NotFound
from booking.storage.database import Database
from booking.storage.queries.catalogue import practitioners_working_at
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import (
    CLINIC,
    RECEPTION,
    SATURDAY,
    block,
    block_of,
    extra,
    impossible,
    starts_of,
    visit,
)
from tests.support.clinics import NOW, edit_file, open_clinic


async def end_extra(database: Database, id: uuid.UUID, *, over_visits: bool = False) -> RemovedHours:
    async with database.write() as session:
        return await remove_extra_hours(session, id, actor=RECEPTION, now=NOW, over_visits=over_visits)


async def test_extra_hours_open_a_closed_day_but_not_blocked_time(database: Database) -> None:
    closure = "closures = [{ from = 2026-11-28, to = 2026-11-28 }]\n[[services]]"
    await open_clinic(database, edit_file({"[[services]]": closure}, CLINIC))
    assert await starts_of(database, day=SATURDAY) == []

    await extra(database, SATURDAY)
    await block(database, block_of(SATURDAY, SATURDAY + timedelta(hours=1)))
    assert await starts_of(database, day=SATURDAY) == [
        SATURDAY + timedelta(hours=1),
        SATURDAY + timedelta(hours=1, minutes=15),
        SATURDAY + timedelta(hours=1, minutes=30),
    ]


async def test_extra_hours_may_be_where_the_practitioner_has_no_weekly_hours(database: Database) -> None:
    there = '[[locations]]\nslug = "there"\nname = "There"\naddress = ["2 Main Street"]\n'
    file = CLINIC.replace("[[practitioners.hours]]", '[[practitioners.hours]]\nlocation = "here"')
    file = edit_file({"[[services]]": there + 'hours = { mon = ["09:00-10:00"] }\n[[services]]'}, file)
    await open_clinic(database, file)
    await extra(database, SATURDAY, location="there")
    assert SATURDAY in await starts_of(database, day=SATURDAY)
    async with database.read() as session:
        assert await practitioners_working_at(session, "there", now=NOW) == {"one"}
        assert await practitioners_working_at(session, "there", now=SATURDAY + DAY) == set()


async def test_extra_hours_with_visits_are_removed_only_when_that_is_confirmed(database: Database) -> None:
    await open_clinic(database, CLINIC)
    hours = await extra(database, SATURDAY)
    booked = await visit(database, SATURDAY)
    hit = [booked.appointments[0].id]

    assert await end_extra(database, hours) == RemovedHours(False, hit)
    assert SATURDAY + timedelta(hours=1) in await starts_of(database, day=SATURDAY)
    assert await end_extra(database, hours, over_visits=True) == RemovedHours(True, hit)
    assert SATURDAY + timedelta(hours=1) not in await starts_of(database, day=SATURDAY)
    assert await impossible(database) == hit
    with pytest.raises(NotFound):
        await end_extra(database, hours)

    await extra(database, SATURDAY)
    assert await impossible(database) == []
