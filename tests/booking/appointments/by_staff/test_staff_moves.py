"""Moves and cancellations by staff: later than patients may, never over somebody else's change."""

from datetime import timedelta
from typing import Any

import pytest

from booking.appointments.cancel import cancel
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.appointments.status import set_status
from booking.domain.errors import (
    BookingError,
    ChangedMeanwhile,
    InvalidInput,
    NotFound,
    NotOpen,
    SlotTaken,
    TooLateToChange,
)
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus, CancellationReason
from booking.storage.queries.ticks import ticks_reserved_by
from tests.booking.appointments.by_staff.front_desk import (
    ELEVEN,
    HOUR,
    NINE,
    RECEPTION,
    TEN,
    call_off,
    move,
    open_desk,
    stored,
    visit,
)
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW

FIVE_MINUTES, DAY = timedelta(minutes=5), timedelta(days=1)


async def test_the_deadline_and_the_grid_bind_patients_alone(database: Database) -> None:
    await open_desk(database)
    booking = await make_booking(database, NINE, service="visit", practitioner="one")
    booked, odd = booking.appointments[0].id, TEN + FIVE_MINUTES
    async with database.write() as session:
        with pytest.raises(TooLateToChange):
            await reschedule(session, RescheduleRequest(booking.token, odd), now=NOW)
    async with database.write() as session:
        with pytest.raises(TooLateToChange):
            await cancel(session, booking.token, booked, now=NOW + HOUR / 2)

    moved = await move(database, booked, odd, at=NINE + HOUR / 2)
    assert (moved.starts_at, moved.practitioner) == (odd, "one")
    called_off = await call_off(database, booked, at=NINE + HOUR)
    assert called_off.status is AppointmentStatus.CANCELLED
    assert called_off.cancellation_reason is CancellationReason.CLINIC


@pytest.mark.parametrize("change", [move, call_off])
async def test_a_day_that_is_over_stays_as_it_was(database: Database, change: Any) -> None:
    await open_desk(database)
    booked = await visit(database)
    midnight = NINE.replace(hour=0) + DAY

    with pytest.raises(TooLateToChange) as refused:
        await change(database, booked, *([TEN + DAY] if change is move else []), at=midnight)

    assert refused.value.deadline == midnight


@pytest.mark.parametrize(
    ("to", "how", "refusal"),
    [
        (TEN, {}, SlotTaken),
        (NINE + 4 * HOUR, {}, NotOpen),
        (NINE + 4 * HOUR, {"squeeze_in": True}, NotOpen),
        (ELEVEN, {"version": 7}, ChangedMeanwhile),
        (ELEVEN, {"only_practitioner": "two"}, NotFound),
        (ELEVEN, {"only_practitioner": "one", "who": "two"}, NotFound),
    ],
)
async def test_a_refused_move_leaves_the_visit_where_it_was(
    database: Database, to: Any, how: dict[str, Any], refusal: type[BookingError]
) -> None:
    await open_desk(database)
    booked = await visit(database)
    await visit(database, TEN)

    with pytest.raises(refusal):
        await move(database, booked, to, **how)

    row = await stored(database, booked)
    assert (row.starts_at, row.practitioner, row.version) == (NINE, "one", 0)


async def test_a_change_names_the_version_that_was_seen(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    moved = await move(database, booked, TEN, version=0)
    with pytest.raises(ChangedMeanwhile) as refused:
        await call_off(database, booked, version=0)

    assert refused.value.version == moved.version > 0
    await call_off(database, booked, version=moved.version)


async def test_a_visit_is_squeezed_in_and_unmarked_at_a_free_time(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)
    await visit(database, TEN)

    beside = await move(database, booked, TEN + FIVE_MINUTES, squeeze_in=True)
    assert beside.squeeze_in
    async with database.read() as session:
        assert {resource for resource, _ in await ticks_reserved_by(session, booked)} == {"one/squeeze-in"}

    free = await move(database, booked, ELEVEN, squeeze_in=True)
    assert not free.squeeze_in
    async with database.read() as session:
        assert {resource for resource, _ in await ticks_reserved_by(session, booked)} == {"one"}


async def test_a_squeeze_in_becomes_ordinary_once_its_own_time_is_free(database: Database) -> None:
    await open_desk(database)
    booked, other = await visit(database), await visit(database, TEN)
    await move(database, booked, TEN, squeeze_in=True)
    await call_off(database, other)

    assert not (await move(database, booked, TEN, squeeze_in=True)).squeeze_in


async def test_a_visit_with_a_status_of_its_day_stays_on_it(database: Database) -> None:
    await open_desk(database)
    booked = await visit(database)

    async def put(status: AppointmentStatus) -> None:
        async with database.write() as session:
            await set_status(session, booked, status, version=None, actor=RECEPTION, now=NINE)

    await put(AppointmentStatus.ARRIVED)
    with pytest.raises(InvalidInput):
        await move(database, booked, TEN + DAY, at=NINE)
    assert (await move(database, booked, TEN, at=NINE)).status is AppointmentStatus.ARRIVED
    await put(AppointmentStatus.NOSHOW)
    with pytest.raises(InvalidInput):
        await move(database, booked, ELEVEN, at=NINE)
