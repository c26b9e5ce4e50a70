"""The law of a course's move: against a model that looks at each practitioner's day as a person would."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from booking.appointments.courses.reschedule import CourseMove, MovedVisit, reschedule_course
from booking.domain.errors import BookingError
from booking.scheduling.course_plan import plan_move
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.ticks import Tick
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic

DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)
NINE = datetime.fromisoformat("2026-11-24T09:00:00-05:00")
PEOPLE = ("one", "two", "three")
OWN_DAYS = (0, 2, 4)
DAYS, HALVES = 5, 3
"""Everybody works from 9 to 10:30."""
TALK = """
[[services]]
slug = "talk"
name = "Talk"
duration = "30 min"
"""
times = st.builds(
    lambda day, half: NINE + day * DAY + half * HALF_HOUR,
    st.integers(0, DAYS),
    st.sampled_from([*range(HALVES)] * 4 + [HALVES]),
)
whoever = st.sampled_from(["one", "two", "any", "any", "any", "any", None])
of_all = st.lists(times, min_size=3, max_size=3, unique_by=lambda start: start.date())
acts = st.tuples(
    whoever, of_all | of_all | of_all | st.lists(times, min_size=1, max_size=3) | st.integers(-2, 3)
)


@dataclass
class Model:
    """The time of each practitioner that others have, and the last day of each one's certificate."""

    certified: dict[str, int]
    taken: dict[str, list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: {who: [] for who in PEOPLE}
    )

    def is_open(self, who: str, start: datetime) -> bool:
        """A visit takes half an hour, and its practitioner needs another half an hour after it."""
        day = (start - NINE).days
        return (
            day <= self.certified[who]
            and start - day * DAY - NINE < HALVES * HALF_HOUR
            and all(start + 2 * HALF_HOUR <= begin or end <= start for begin, end in self.taken[who])
        )

    def are_open(self, who: str, starts: list[datetime]) -> bool:
        in_order = sorted(starts)
        apart = all(latter - former >= 2 * HALF_HOUR for former, latter in pairwise(in_order))
        return apart and all(self.is_open(who, start) for start in starts)


@settings(
    max_examples=15,
    deadline=None,
    # Without shrinking, which takes minutes with a real database.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    certified=st.tuples(*[st.integers(4, DAYS) for _ in PEOPLE]),
    talks=st.lists(st.tuples(st.sampled_from(PEOPLE), times), min_size=4, max_size=9),
    acts=st.lists(acts, min_size=6, max_size=12),
)
async def test_a_course_is_moved_where_one_certified_practitioner_is_free_and_nowhere_else(
    database: Database,
    certified: tuple[int, ...],
    talks: list[tuple[str, datetime]],
    acts: list[tuple[str | None, list[datetime] | int]],
) -> None:
    model = Model(dict(zip(PEOPLE, certified)))
    token = await begin(database, model, talks)
    for whom, act in acts:
        visits = await course(database)
        own, before = visits[0].practitioner, [(row.practitioner, row.starts_at) for row in visits]
        if isinstance(act, int):
            starts = await planned(database, model, visits, act, whom)
            if None in starts:
                continue
        else:
            starts = list(act)
        wanted = [start for start in starts if start is not None]
        candidates = [own] if whom is None or (whom == "any" and len(wanted) < 3) else [whom]
        if candidates == ["any"]:
            candidates = sorted(PEOPLE, key=lambda each: each != own)
        staying = [row.starts_at for row in visits[len(wanted) :]]
        fitting = [
            each
            for each in candidates
            if model.are_open(each, [*wanted, *staying]) and (not staying or each == own)
        ]
        moved = await move(database, token, visits, wanted, whom)
        assert moved == bool(fitting), (whom, wanted)
        after = [(row.practitioner, row.starts_at) for row in await course(database)]
        if not moved:
            assert after == before
            continue
        assert sorted(start for _, start in after) == sorted([*wanted, *staying])
        assert {who for who, _ in after} <= set(fitting)
        assert len({who for who, _ in after}) == 1
        assert own not in fitting or after[0][0] == own
        await assert_owned_once(database)


async def begin(database: Database, model: Model, talks: list[tuple[str, datetime]]) -> str:
    """A course of three visits with the first practitioner, and the talks for which there is room."""
    async with database.write() as session:
        await session.execute(delete(Tick))
        await session.execute(update(Appointment).values(status=AppointmentStatus.CANCELLED))
    people = ""
    for who, last in model.certified.items():
        until = (NINE + last * DAY).date()
        certificate = f'certifications = [{{ kind = "needling", valid_until = {until} }}]'
        people += practitioner(who, "09:00-10:30", certificate)
    service = 'visits = 3\nrequires = "needling"\nbuffer_after = "30 min"' + TALK
    text = small_clinic(service=service, practitioners=people, policy={"slot_step": "30 min"})
    await open_clinic(database, text.replace('services = ["visit"]', 'services = ["visit", "talk"]'))
    own = [NINE + day * DAY for day in OWN_DAYS]
    booked = await make_booking(database, *own, service="visit", practitioner="one")
    for who, start in talks:
        try:
            await make_booking(database, start, service="talk", practitioner=who)
        except BookingError:
            continue
        model.taken[who].append((start, start + HALF_HOUR))
    return booked.token


async def course(database: Database) -> list[Appointment]:
    async with database.read() as session:
        query = select(Appointment).where(
            Appointment.status == AppointmentStatus.BOOKED, Appointment.course.is_not(None)
        )
        return list(await session.scalars(query.order_by(Appointment.starts_at)))


async def planned(
    database: Database, model: Model, visits: list[Appointment], by_days: int, whom: str | None
) -> list[datetime | None]:
    """In order, a day apart at least, and each open with one practitioner."""
    async with database.read() as session:
        named = None if whom == "any" else whom
        slots = await plan_move(session, visits, by_days, named, any_practitioner=whom == "any", now=NOW)
    found = [slot for slot in slots if slot]
    assert {slot.practitioner for slot in found} <= (
        {*PEOPLE} if whom == "any" else {whom or visits[0].practitioner}
    )
    assert len({slot.practitioner for slot in found}) <= 1
    assert all(model.is_open(slot.practitioner, slot.starts_at) for slot in found)
    assert all(latter.starts_at.date() > former.starts_at.date() for former, latter in pairwise(found))
    return [slot.starts_at if slot else None for slot in slots]


async def move(
    database: Database, token: str, visits: list[Appointment], starts: list[datetime], whom: str | None
) -> bool:
    request = CourseMove(
        token,
        tuple(MovedVisit(row.id, start) for row, start in zip(visits, starts)),
        None if whom == "any" else whom,
        any_practitioner=whom == "any",
    )
    try:
        async with database.write() as session:
            await reschedule_course(session, request, now=NOW)
    except BookingError:
        return False
    return True


async def assert_owned_once(database: Database) -> None:
    """Each visit has its whole time, which is nobody else's: a tick has one owner."""
    async with database.read() as session:
        for row in await course(database):
            ticks = list(await session.scalars(select(Tick.tick).where(Tick.owner == row.id)))
            assert len(ticks) == 2 * HALF_HOUR / timedelta(minutes=5)
