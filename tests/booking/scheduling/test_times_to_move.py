"""The law of a move: the times listed for a visit are those that it can be moved to, near its own too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.errors import BookingError
from booking.scheduling.criteria import criteria_to_move
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.ticks import Tick
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import open_clinic, small_clinic

TICK = timedelta(minutes=5)
ZONE = ZoneInfo("America/Toronto")
DAY = datetime(2026, 11, 24, tzinfo=ZONE).date()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPENS, CLOSES = 9 * 60, 13 * 60
"""Minutes after midnight."""


def at(minutes: int) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, tzinfo=ZONE) + timedelta(minutes=minutes)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    visits=st.lists(st.integers(0, 12).map(lambda n: OPENS + n * 15), min_size=1, max_size=4),
    duration=st.sampled_from([20, 30, 45]),
    before=st.sampled_from([0, 10]),
    after=st.sampled_from([0, 15]),
)
async def test_what_is_listed_is_where_the_visit_can_be_moved_to(
    database: Database, visits: list[int], duration: int, before: int, after: int
) -> None:
    async with database.write() as session:
        await session.execute(delete(Tick))
        await session.execute(update(Appointment).values(status=AppointmentStatus.CANCELLED))
    service = f'buffer_before = "{before} min"\nbuffer_after = "{after} min"'
    text = small_clinic(hours="09:00-13:00", duration=f"{duration} min", service=service)
    await open_clinic(database, text, now=NOW)
    own, others = await booked(database, visits)

    def is_free(start: int) -> bool:
        minutes = range(start - before, start + duration + after)
        taken = (range(other - before, other + duration + after) for other in others)
        return all(minutes.stop <= other.start or other.stop <= minutes.start for other in taken)

    async with database.read() as session:
        visit = await session.get_one(Appointment, own.appointments[0].id)
        slots = await find_slots(session, await criteria_to_move(session, visit), DAY, DAY, now=NOW)
        listed = {slot.starts_at for slot in slots}
    starts = range(OPENS, CLOSES - duration + 1, 15)
    assert listed == {at(start) for start in starts if is_free(start)} - {visit.starts_at}
    assert await can_be_moved(database, own, visit.starts_at)  # It stays as it is.
    for start in {*range(OPENS, CLOSES, 15)} - {visits[0]}:
        assert await can_be_moved(database, own, at(start)) == (at(start) in listed)


async def booked(database: Database, visits: list[int]) -> tuple[SampleBooking, list[int]]:
    """A visit at the first of these minutes, and the minutes of the others for which there was room."""
    own = await make_booking(database, at(visits[0]), service="visit", practitioner="one", now=NOW)
    others = []
    for minutes in visits[1:]:
        try:
            await make_booking(database, at(minutes), service="visit", practitioner="one", now=NOW)
        except BookingError:
            continue
        others.append(minutes)
    return own, others


async def can_be_moved(database: Database, booking: SampleBooking, to: datetime) -> bool:
    """Tried for real, and undone."""

    class Undo(Exception):
        pass

    try:
        async with database.write() as session:
            request = RescheduleRequest(booking.token, to, booking.appointments[0].id)
            moved = await reschedule(session, request, now=NOW)
            assert moved.starts_at == to
            raise Undo
    except BookingError:
        return False
    except Undo:
        return True
