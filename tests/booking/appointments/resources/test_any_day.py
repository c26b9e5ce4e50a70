"""The law with rooms: every listed time can be held and gets the first free room, and no other can.

Random days against a model that looks at each visit as a person would.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from booking.domain.errors import BookingError, SlotTaken
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.ticks import Tick
from tests.booking.appointments.resources.resource_clinic import (
    LASER,
    NINE,
    clinic_with,
    hold,
    open_with,
    resources_of,
    room,
)
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW, open_clinic

PEOPLE = ("one", "two", "three")
NEEDS = {"visit": ["room"], "laser": ["room", "laser"], "talk": []}
VISIT = timedelta(minutes=30)
STARTS = [NINE + n * VISIT for n in range(6)]


@dataclass(eq=False)
class Claim:
    """A hold, or a visit with its `booking`."""

    id: uuid.UUID
    service: str
    practitioner: str
    start: datetime
    resources: set[str]
    booking: SampleBooking | None = None


@dataclass
class Day:
    rooms: int
    buffers: tuple[int, int]
    claims: list[Claim] = field(default_factory=list)

    def all_of(self, kind: str) -> list[str]:
        return [f"room-{n}" for n in range(self.rooms)] if kind == "room" else ["laser-1"]

    def gets(
        self, service: str, practitioner: str, start: datetime, ignoring: Claim | None = None
    ) -> set[str] | None:
        """The resources that a visit would get; None if the time is not open."""
        others = [
            other for other in self.claims if other is not ignoring and self.touch(service, start, other)
        ]
        if any(other.practitioner == practitioner for other in others):
            return None
        taken = {name for other in others for name in other.resources}
        chosen = set()
        for kind in NEEDS[service]:
            free = [name for name in self.all_of(kind) if name not in taken]
            if not free:
                return None
            chosen.add(free[0])
        return chosen

    def touch(self, service: str, start: datetime, other: Claim) -> bool:
        first, last = self.span(service, start)
        begin, end = self.span(other.service, other.start)
        return first < end and begin < last

    def span(self, service: str, start: datetime) -> tuple[datetime, datetime]:
        before, after = self.buffers if service == "visit" else (0, 0)
        return start - timedelta(minutes=before), start + VISIT + timedelta(minutes=after)


acts = st.tuples(
    st.sampled_from(["hold", "hold", "book", "book", "move", "cancel", "undo"]),
    st.sampled_from([*NEEDS, "visit", "laser"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(STARTS),
    st.integers(0, 9),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    day=st.builds(Day, rooms=st.integers(1, 3), buffers=st.sampled_from([(0, 0), (10, 0), (0, 15), (5, 30)])),
    wanted=st.lists(acts, min_size=4, max_size=14),
)
async def test_what_is_listed_is_what_can_be_had_and_gets_the_first_free_room(
    database: Database, day: Day, wanted: list[tuple[str, str, str, datetime, int]]
) -> None:
    day.claims.clear()
    async with database.write() as session:
        # A load gives the visits of the day before rooms again, if they stand.
        await session.execute(update(Appointment).values(status=AppointmentStatus.CANCELLED))
        await session.execute(delete(Tick))
    rooms = [room(name) for name in day.all_of("room")]
    file = clinic_with(*rooms, LASER, buffers=day.buffers, policy={"cancellation_notice": "0 min"})
    await open_clinic(database, file)
    cancelled: list[Claim] = []
    for act, service, who, start, number in wanted:
        booked = [claim for claim in day.claims if claim.booking]
        if act in ("hold", "book"):
            await _take(database, day, act, service, who, start)
        elif act == "move" and booked:
            await _move(database, day, booked[number % len(booked)], start)
        elif act == "cancel" and booked:
            gone = booked[number % len(booked)]
            assert gone.booking is not None
            await gone.booking.cancel(at=NOW)
            day.claims.remove(gone)
            cancelled.append(gone)
            assert await resources_of(database, gone.id) == set()
        elif act == "undo" and cancelled:
            await _undo(database, day, cancelled.pop(number % len(cancelled)))

    for claim in day.claims:
        assert await resources_of(database, claim.id) == claim.resources
    for service in NEEDS:
        for start in STARTS:
            expected = {who for who in PEOPLE if day.gets(service, who, start) is not None}
            assert await open_with(database, start, service=service) == expected


async def _take(database: Database, day: Day, act: str, service: str, who: str, start: datetime) -> None:
    gets = day.gets(service, who, start)
    try:
        if act == "hold":
            held, _ = await hold(database, start, who, service=service)
            claim = Claim(held.id, service, who, start, gets or set())
        else:
            booking = await make_booking(database, start, service=service, practitioner=who)
            claim = Claim(booking.appointments[0].id, service, who, start, gets or set(), booking)
    except SlotTaken:
        assert gets is None
        return
    assert gets is not None
    day.claims.append(claim)


async def _move(database: Database, day: Day, claim: Claim, to: datetime) -> None:
    assert claim.booking is not None
    gets = day.gets(claim.service, claim.practitioner, to, claim)
    try:
        await claim.booking.move(to, at=NOW)
    except BookingError:
        assert gets is None
        return
    assert gets is not None
    if to != claim.start:
        claim.start, claim.resources = to, gets


async def _undo(database: Database, day: Day, claim: Claim) -> None:
    assert claim.booking is not None
    gets = day.gets(claim.service, claim.practitioner, claim.start)
    try:
        await claim.booking.undo_cancellation(at=NOW)
    except BookingError:
        assert gets is None
        return
    assert gets is not None
    claim.resources = gets
    day.claims.append(claim)
