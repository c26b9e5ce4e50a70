"""Hours on single days: other ones of the location, and extra ones of a practitioner."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_services
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.queries.catalogue import practitioners_working_at
from booking.timegrid.ticks import DAY
from tests.support.clinics import edit_file, open_clinic, practitioner, small_clinic

NOW = datetime(2026, 12, 10, 12, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
ALWAYS = 'hours = { mon-sun = ["00:00-24:00"] }'
WEEKDAYS = 'hours = { mon-fri = ["08:00-17:00"] }'
CHRISTMAS_EVE, CHRISTMAS = date(2026, 12, 24), date(2026, 12, 25)
SATURDAY = date(2027, 1, 9)


def clinic_with(*, of_location: str = "", of_one: str = "", hours: str = "09:00-10:00") -> str:
    week = practitioner("one", hours, of_one).replace("mon-sun", "mon-fri")
    return edit_file({ALWAYS: f"{WEEKDAYS}\n{of_location}"}, small_clinic(practitioners=week))


async def starts(database: Database, first: date, last: date | None = None) -> list[str]:
    async with database.read() as session:
        service = (await all_services(session))["visit"]
        slots = await find_slots(session, SlotCriteria(service), first, last or first, now=NOW)
    return [f"{slot.starts_at.astimezone(TORONTO):%a %H:%M}" for slot in slots]


async def test_special_hours_stand_for_the_hours_of_the_week(database: Database) -> None:
    await open_clinic(database, clinic_with(), now=NOW)
    assert await starts(database, CHRISTMAS_EVE) == ["Thu 09:00", "Thu 09:15", "Thu 09:30"]

    special = 'special_hours = [{ date = 2026-12-24, times = ["09:30-12:00"] }]'
    await open_clinic(database, clinic_with(of_location=special), now=NOW)

    assert await starts(database, CHRISTMAS_EVE) == ["Thu 09:30"]
    assert len(await starts(database, CHRISTMAS)) == 3


async def test_special_hours_open_on_a_public_holiday(database: Database) -> None:
    closed = 'public_holidays = "CA-ON"\n'
    await open_clinic(database, clinic_with(of_location=closed), now=NOW)
    assert await starts(database, CHRISTMAS) == []

    special = closed + 'special_hours = [{ date = 2026-12-25, times = ["09:00-09:30"] }]'
    await open_clinic(database, clinic_with(of_location=special), now=NOW)

    assert await starts(database, CHRISTMAS) == ["Fri 09:00"]


async def test_special_hours_bring_nobody_to_work(database: Database) -> None:
    special = 'special_hours = [{ date = 2027-01-09, times = ["09:00-10:00"] }]'
    await open_clinic(database, clinic_with(of_location=special), now=NOW)

    assert await starts(database, SATURDAY) == []


async def test_extra_hours_count_while_the_location_is_closed_but_not_in_time_off(database: Database) -> None:
    extra = 'extra_hours = [{ date = 2027-01-09, times = ["09:00-10:00", "18:00-18:30"] }]'
    await open_clinic(database, clinic_with(of_one=extra), now=NOW)

    assert await starts(database, SATURDAY) == ["Sat 09:00", "Sat 09:15", "Sat 09:30", "Sat 18:00"]
    assert await starts(database, SATURDAY + DAY) == []

    away = "\ntime_off = [{ from = 2027-01-09T09:00:00, to = 2027-01-09T10:00:00 }]"
    await open_clinic(database, clinic_with(of_one=extra + away), now=NOW)
    assert await starts(database, SATURDAY) == ["Sat 18:00"]


async def test_extra_hours_join_those_of_the_week(database: Database) -> None:
    extra = 'extra_hours = [{ date = 2026-12-24, times = ["10:00-10:30"] }]'
    await open_clinic(database, clinic_with(of_one=extra), now=NOW)

    assert await starts(database, CHRISTMAS_EVE) == [
        "Thu 09:00",
        "Thu 09:15",
        "Thu 09:30",
        "Thu 09:45",
        "Thu 10:00",
    ]


async def test_on_the_day_when_clocks_go_back_both_passes_of_an_hour_count(database: Database) -> None:
    autumn = 'extra_hours = [{ date = 2027-11-07, times = ["01:00-02:00"] }]'
    await open_clinic(database, clinic_with(of_one=autumn), now=NOW)

    assert len(await starts(database, date(2027, 11, 7))) == 7


async def test_somebody_with_extra_hours_works_there_until_they_are_over(database: Database) -> None:
    extra = 'extra_hours = [{ date = 2027-01-09, times = ["09:00-10:00"] }]'
    text = edit_file({'week = { mon-fri = ["09:00-10:00"] }': "week = {}"}, clinic_with(of_one=extra))
    await open_clinic(database, text, now=NOW)

    async with database.read() as session:
        assert await practitioners_working_at(session, "here", now=NOW) == {"one"}
        later = datetime(2027, 1, 11, 12, tzinfo=UTC)
        assert await practitioners_working_at(session, "here", now=later) == set()
