"""The law: a slot is open exactly where weekly or extra hours hold all of it and no block touches it."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from booking.appointments.blocked_time.block import block_time
from booking.appointments.blocked_time.extra_hours import add_extra_hours
from booking.scheduling.blocked_time import ExtraHoursRequest
from booking.storage.database import Database
from booking.storage.models.desk.blocked_time import BlockedTime, ExtraHours
from tests.booking.appointments.blocked_clinic import CLINIC, NINE, RECEPTION, block_of, starts_of
from tests.support.clinics import NOW, open_clinic

FIRST = NINE - timedelta(hours=4)  # 5:00 in Toronto, on a day with hours from 9:00 to 12:00
TICK, STEP, VISIT = timedelta(minutes=5), 3, 6  # in ticks: a start each quarter of an hour, for half an hour
TICKS = 12 * 12
WEEKLY = set(range(4 * 12, 7 * 12))
stretches = st.lists(
    st.tuples(st.integers(0, TICKS - 1), st.integers(1, 40)).map(
        lambda stretch: range(stretch[0], min(sum(stretch), TICKS))
    ),
    max_size=4,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocked=stretches, extra=stretches)
async def test_slots_are_open_in_hours_and_outside_blocks(
    database: Database, blocked: list[range], extra: list[range]
) -> None:
    await open_clinic(database, CLINIC)
    async with database.write() as session:
        await session.execute(delete(BlockedTime))
        await session.execute(delete(ExtraHours))
        for ticks in blocked:
            request = block_of(FIRST + ticks.start * TICK, FIRST + ticks.stop * TICK)
            await block_time(session, request, actor=RECEPTION, now=NOW)
        for ticks in extra:
            start, end = FIRST + ticks.start * TICK, FIRST + ticks.stop * TICK
            hours = ExtraHoursRequest("one", "here", start, end)
            await add_extra_hours(session, hours, actor=RECEPTION, now=NOW)

    working = WEEKLY.union(*extra).difference(*blocked)
    expected = [
        FIRST + tick * TICK for tick in range(0, TICKS, STEP) if working.issuperset(range(tick, tick + VISIT))
    ]
    assert await starts_of(database) == expected
