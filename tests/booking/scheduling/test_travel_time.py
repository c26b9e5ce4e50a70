"""The travel time between two places: the same for listing, holding, moving and courses.

Random days of one practitioner at two places, against a model that checks each start as a person would.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from booking.appointments.hold import HoldRequest, hold_course, hold_slot
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from booking.catalogue.lookup import all_services
from booking.domain.errors import BookingError, SlotTaken
from booking.domain.open_slot import OpenSlot
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from booking.timegrid.opening_hours import clock_time
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import edit_file, open_clinic, small_clinic

NOW = datetime(2027, 3, 1, tzinfo=UTC)
DAY = date(2027, 3, 2)


@dataclass(frozen=True)
class TwoPlaces:
    """A practitioner who is `here` from `opens` to `changes`, and then at `west` to `closes` (minutes)."""

    opens: int = 480
    changes: int = 720
    closes: int = 960
    pause: int = 0  # between the hours at the two places
    duration: int = 30
    before: int = 0
    after: int = 0
    travel: int = 30
    visits: int = 1

    @property
    def hours(self) -> dict[str, tuple[int, int]]:
        return {"here": (self.opens, self.changes), "west": (self.changes + self.pause, self.closes)}

    def file(self) -> str:
        weeks = "".join(
            f"""
[[practitioners.hours]]
location = "{place}"
week = {{ mon-sun = ["{clock_time(opens)}-{clock_time(closes)}"] }}
"""
            for place, (opens, closes) in self.hours.items()
        )
        one = f'[[practitioners]]\nslug = "one"\nname = "Sample Practitioner"\nservices = ["visit"]\n{weeks}'
        west = '[[locations]]\nslug = "west"\nname = "West"\naddress = ["2 West Street"]\n'
        text = small_clinic(
            zone="UTC",
            duration=f"{self.duration} min",
            service=f'buffer_before = "{self.before} min"\nbuffer_after = "{self.after} min"\n'
            f"visits = {self.visits}",
            policy={"travel_time": f"{self.travel} min"},
            practitioners=one,
        )
        return edit_file(
            {"[[services]]": f'{west}hours = {{ mon-sun = ["00:00-24:00"] }}\n[[services]]'}, text
        )

    def slots(self, held: list[OpenSlot]) -> set[tuple[datetime, str]]:
        return {
            (start, place)
            for place, (opens, closes) in self.hours.items()
            for minute in range(opens, closes - self.duration + 1, 5)
            for start in [datetime.combine(DAY, datetime.min.time(), UTC) + timedelta(minutes=minute)]
            if minute % 15 == 0 and all(self.is_apart(start, place, other) for other in held)
        }

    def is_apart(self, start: datetime, place: str, other: OpenSlot) -> bool:
        way = timedelta(minutes=self.travel if place != other.location else 0)
        before, after = timedelta(minutes=self.before), timedelta(minutes=self.after)
        end = start + timedelta(minutes=self.duration)
        comes_after = start - before >= other.ends_at + after + way
        comes_before = end + after + way <= other.starts_at - before
        return comes_after or comes_before


def minutes(first: int, last: int) -> st.SearchStrategy[int]:
    return st.integers(first // 5, last // 5).map(lambda ticks: ticks * 5)


places = st.builds(
    TwoPlaces,
    changes=minutes(600, 800),
    pause=st.sampled_from([0, 0, 15, 60]),
    duration=minutes(5, 90),
    before=st.sampled_from([0, 0, 10]),
    after=st.sampled_from([0, 0, 15]),
    travel=st.sampled_from([0, 5, 20, 45, 240]),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clinic=places, wanted=st.lists(minutes(480, 960).map(lambda minute: minute // 15 * 15), max_size=4))
async def test_what_is_listed_leaves_the_way_and_is_what_can_be_held(
    database: Database, clinic: TwoPlaces, wanted: list[int]
) -> None:
    async with database.write() as session:
        await session.execute(delete(Tick))
        await session.execute(delete(Hold))
    await open_clinic(database, clinic.file(), now=NOW)
    held: list[OpenSlot] = []
    for minute in wanted:
        start = datetime.combine(DAY, datetime.min.time(), UTC) + timedelta(minutes=minute)
        expected = {place for begin, place in clinic.slots(held) if begin == start}
        try:
            async with database.write() as session:
                hold, _ = await hold_slot(session, HoldRequest("visit", start), now=NOW)
        except BookingError:
            assert not expected
            continue
        assert hold.location in expected
        held.append(hold.slot)

    assert await listed(database) == clinic.slots(held)


async def listed(database: Database) -> set[tuple[datetime, str]]:
    async with database.read() as session:
        service = (await all_services(session))["visit"]
        slots = await find_slots(session, SlotCriteria(service), DAY, DAY, now=NOW)
        return {(slot.starts_at, slot.location) for slot in slots}


def at(time: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{time}Z")


async def test_a_visit_moves_no_nearer_than_the_way_and_counts_where_it_moved_to(database: Database) -> None:
    clinic = TwoPlaces()
    await open_clinic(database, clinic.file(), now=NOW)
    await make_booking(database, at("12:15"), service="visit", practitioner="one", now=NOW)  # at west
    moving = await make_booking(database, at("09:00"), service="visit", practitioner="one", now=NOW)

    with pytest.raises(SlotTaken):
        await moving.move(at("11:30"), at=NOW)
    with pytest.raises(SlotTaken):
        async with database.write() as session:
            await hold_slot(session, HoldRequest("visit", at("11:30")), now=NOW)
    await moving.move(at("11:15"), at=NOW)
    await moving.move(at("14:00"), at=NOW, location="west")
    assert (at("13:30"), "west") in await listed(database)  # No way between two visits at one place.


async def test_the_visits_of_a_course_leave_the_way_between_them(database: Database) -> None:
    await open_clinic(database, TwoPlaces(visits=2).file(), now=NOW)

    async def hold(*times: str) -> list[str]:
        request = HoldRequest("visit", tuple(at(time) for time in times))
        async with database.write() as session:
            return [held.location for held, _ in await hold_course(session, request, now=NOW)]

    with pytest.raises(SlotTaken) as refusal:
        await hold("11:30", "12:15")
    assert refusal.value.path == ("startsAt", "1")
    assert await hold("11:30", "12:30") == ["here", "west"]


def test_hours_that_leave_no_way_are_warned_of() -> None:
    def warnings(clinic: TwoPlaces) -> list[str]:
        file = parse_clinic_file(clinic.file())
        return [*map(str, clinic_file_warnings(file, today=DAY, languages=["en"]))]

    assert warnings(TwoPlaces(pause=30)) == warnings(TwoPlaces(travel=0)) == []
    [warning] = warnings(TwoPlaces(pause=25))
    assert warning.startswith(
        "practitioners[one].hours: on mon less than the travel time of 30 min is between"
    )
