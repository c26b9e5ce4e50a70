"""Hours from a day on, until a day, every few weeks: what is open is what the file says, day by day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.catalogue.lookup import all_services
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.timegrid.ticks import DAY
from tests.support.clinics import open_clinic, small_clinic
from tests.support.sql_statements import sql_statements

NOW = datetime(2026, 12, 10, 12, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The end of a year of 53 weeks, and both changes of Toronto's clocks.
AROUND = [date(2026, 12, 21), date(2027, 3, 8), date(2027, 11, 1)]


@dataclass(frozen=True)
class Hours:
    """A table of hours: on one weekday, at one hour, for half an hour."""

    first: date | None
    last: date | None
    weeks: int
    weekday: int
    hour: int

    @property
    def table(self) -> str:
        lines = [
            "[[practitioners.hours]]",
            *([f"from = {self.first}"] if self.first else []),
            *([f"until = {self.last}"] if self.last else []),
            *([f'every = "{self.weeks} weeks"'] if self.weeks > 1 else []),
            f'week = {{ {WEEKDAYS[self.weekday]} = ["{self.hour:02}:00-{self.hour:02}:30"] }}',
        ]
        return "\n".join(lines)

    def starts_on(self, day: date) -> list[datetime]:
        """None where the clock skips the hour, two where it shows it twice."""
        if day.weekday() != self.weekday or (self.first and day < self.first):
            return []
        if self.last and day > self.last:
            return []
        weeks_later = 0 if self.first is None else (day - monday_of(self.first)).days // 7
        if weeks_later % self.weeks:
            return []
        wall = datetime.combine(day, time(self.hour))
        passes = {wall.replace(tzinfo=TORONTO, fold=fold).astimezone(UTC) for fold in (0, 1)}
        local = [each.astimezone(TORONTO) for each in passes]
        return [each for each in local if each.replace(tzinfo=None, fold=0) == wall]


def monday_of(day: date) -> date:
    return day - timedelta(day.weekday())


def clinic_with(tables: str) -> str:
    one = '[[practitioners]]\nslug = "one"\nname = "Sample Practitioner One"\nservices = ["visit"]\n'
    return small_clinic(practitioners=one + tables)


async def starts(database: Database, first: date, last: date) -> list[datetime]:
    async with database.read() as session:
        service = (await all_services(session))["visit"]
        slots = await find_slots(session, SlotCriteria(service), first, last, now=NOW)
    return [slot.starts_at.astimezone(TORONTO) for slot in slots]


@st.composite
def series(draw: st.DrawFn) -> tuple[date, list[Hours]]:
    """Two kinds of hours that follow each other, or that alternate."""
    around = draw(st.sampled_from(AROUND))
    cut = around + timedelta(draw(st.integers(-10, 20)))
    weekday, hour = draw(st.integers(0, 6)), draw(st.integers(4, 22))
    if draw(st.booleans()):
        until = draw(st.none() | st.integers(1, 30).map(lambda n: cut + timedelta(n)))
        weeks = draw(st.integers(1, 8))
        return around, [
            Hours(None, cut - DAY, 1, weekday, hour),
            Hours(cut, until, weeks, draw(st.integers(0, 6)), 23 - hour),
        ]
    count = draw(st.integers(2, 3))
    return around, [
        Hours(monday_of(cut) + timedelta(7 * number), None, count, weekday, hour - number)
        for number in range(count)
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(planned=series())
async def test_what_is_open_is_what_each_day_has(
    database: Database, planned: tuple[date, list[Hours]]
) -> None:
    around, hours = planned
    await open_clinic(database, clinic_with("\n".join(each.table for each in hours)), now=NOW)

    days = [around + timedelta(number) for number in range(-7, 24)]
    expected = [start for day in days for each in hours for start in each.starts_on(day)]
    found = await starts(database, days[0], days[-1])
    assert found == sorted(expected)


async def test_weeks_alternate_across_a_year_of_53_weeks(database: Database) -> None:
    early = Hours(date(2026, 12, 14), None, 2, 0, 9)
    late = Hours(date(2026, 12, 21), None, 2, 0, 13)
    await open_clinic(database, clinic_with(f"{early.table}\n{late.table}"), now=NOW)

    found = await starts(database, date(2026, 12, 14), date(2027, 1, 13))

    assert [f"{start:%m-%d %H}" for start in found] == [
        "12-14 09",
        "12-21 13",
        "12-28 09",
        "01-04 13",
        "01-11 09",
    ]


async def test_the_number_of_statements_does_not_grow_with_the_tables(database: Database) -> None:
    counts = []
    for tables in (1, 4):
        mondays = [date(2027, 1, 4) + number * 7 * DAY for number in range(tables)]
        hours = [Hours(monday, monday + 6 * DAY, 1, 0, 9) for monday in mondays]
        await open_clinic(database, clinic_with("\n".join(each.table for each in hours)), now=NOW)
        with sql_statements() as sent:
            assert len(await starts(database, date(2027, 1, 4), date(2027, 1, 31))) == tables
        counts.append(len(sent))

    assert counts[0] == counts[1] > 5
