"""Time off that comes again: nobody is booked with who is away, and calendars show it."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_services
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.scheduling.time_off import times_away
from booking.storage.database import Database
from tests.support.clinics import open_clinic, practitioner, small_clinic, two_places
from tests.support.sql_statements import sql_statements

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")


def clinic_with(*time_off: str, hours: str = "12:00-13:00") -> str:
    said = f"time_off = [{', '.join(time_off)}]"
    return small_clinic(practitioners=practitioner("one", hours, said), policy={"slot_step": "30 min"})


async def open_days(database: Database, first: date, last: date) -> list[str]:
    async with database.read() as session:
        service = (await all_services(session))["visit"]
        slots = await find_slots(session, SlotCriteria(service), first, last, now=NOW)
    return sorted({f"{slot.starts_at.astimezone(TORONTO):%m-%d}" for slot in slots})


async def away(database: Database, first: str, last: str) -> list[tuple[str, str]]:
    start, end = (datetime.fromisoformat(f"{each}T00:00:00Z") for each in (first, last))
    async with database.read() as session:
        times = await times_away(session, start, end, practitioners=["one"])
    return [(f"{each.starts_at:%m-%d %H:%M}", f"{each.ends_at:%m-%d %H:%M}") for each in sorted(times)]


async def test_a_day_off_comes_again_every_other_week_until_a_day(database: Database) -> None:
    friday = '{ from = 2027-03-05, to = 2027-03-05, every = "2 weeks", until = 2027-03-19 }'
    await open_clinic(database, clinic_with(friday), now=NOW)

    days = await open_days(database, date(2027, 3, 1), date(2027, 3, 31))
    other = await open_days(database, date(2027, 4, 1), date(2027, 4, 3))

    assert {f"03-{day:02}" for day in range(1, 32)} - set(days) == {"03-05", "03-19"}
    assert "04-02" in other


async def test_an_hour_off_is_at_the_same_time_on_the_clock_in_winter_and_summer(database: Database) -> None:
    lunch = '{ from = 2027-03-10T12:00:00, to = 2027-03-10T13:00:00, every = "week" }'
    await open_clinic(database, clinic_with(lunch), now=NOW)

    assert await away(database, "2027-03-10", "2027-03-18") == [
        ("03-10 17:00", "03-10 18:00"),
        ("03-17 16:00", "03-17 17:00"),
    ]
    assert "03-17" not in await open_days(database, date(2027, 3, 15), date(2027, 3, 20))


async def test_a_holiday_comes_again_every_year(database: Database) -> None:
    winter = '{ from = 2025-12-24, to = 2026-01-02, every = "year" }'
    await open_clinic(database, clinic_with(winter), now=NOW)

    assert "12-23" in await open_days(database, date(2027, 12, 20), date(2028, 1, 5))
    assert await open_days(database, date(2027, 12, 24), date(2028, 1, 2)) == []
    assert await open_days(database, date(2028, 1, 3), date(2028, 1, 3)) == ["01-03"]


def places_in_two_zones() -> str:
    zone = 'time_zone = "America/Vancouver"'
    west = two_places().replace('address = ["2 West', f'{zone}\naddress = ["2 West')
    every_week = 'services = ["visit"]\ntime_off = [{ from = 2027-03-05, to = 2027-03-05, every = "week" }]'
    return west.replace('services = ["visit"]', every_week)


async def test_a_day_off_is_a_day_of_all_places_where_they_work(database: Database) -> None:
    await open_clinic(database, places_in_two_zones(), now=NOW)

    assert await away(database, "2027-03-12", "2027-03-16") == [("03-12 05:00", "03-13 07:00")]


async def test_a_place_where_they_have_no_hours_does_not_lengthen_a_day_off(database: Database) -> None:
    """The desk and an exported file leave such a week out: the day off must not change with it."""
    hours = re.compile(r'(location = "west"\nweek = ){.*}')
    await open_clinic(database, hours.sub(r"\1{ mon = [] }", places_in_two_zones()), now=NOW)

    assert await away(database, "2027-03-12", "2027-03-16") == [("03-12 05:00", "03-13 05:00")]


async def test_the_number_of_statements_does_not_grow_with_what_comes_again(database: Database) -> None:
    counts = []
    for number in (1, 5):
        days = [f"2027-03-0{day}" for day in range(1, number + 1)]
        weekly = [f'{{ from = {day}, to = {day}, every = "week" }}' for day in days]
        await open_clinic(database, clinic_with(*weekly), now=NOW)
        with sql_statements() as sent:
            assert len(await open_days(database, date(2027, 3, 8), date(2027, 3, 14))) == 7 - number
        counts.append(len(sent))

    assert counts[0] == counts[1] > 5
