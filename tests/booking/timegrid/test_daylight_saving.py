"""The clock changes of 2027 in Toronto, and a place without any, hour by hour."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.timegrid.opening_hours import TimeSpan, date_bits, days_window, open_bits, step_bits
from booking.timegrid.ticks import Window, instant_at, possible_starts, ticks_in

TORONTO = ZoneInfo("America/Toronto")
PHOENIX = ZoneInfo("America/Phoenix")
SPRING = date(2027, 3, 14)  # 02:00 to 03:00 does not exist
AUTUMN = date(2027, 11, 7)  # 01:00 to 02:00 comes twice
DAY = timedelta(days=1)


def hours(opens: int, closes: int) -> dict[int, list[TimeSpan]]:
    """The same whole hours on every day of the week."""
    return {weekday: [TimeSpan(opens * 60, closes * 60)] for weekday in range(7)}


def on_the_wall(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%H:%M %Z")


def start_times(
    day: date, zone: ZoneInfo, weekly: dict[int, list[TimeSpan]], *, minutes: int
) -> list[datetime]:
    """Where a visit of so many minutes can start on the day, every half hour."""
    window = days_window(day - DAY, day + DAY, zone)
    found = possible_starts(
        open_=open_bits(window, zone, weekly),
        busy=0,
        steps=step_bits(window, zone, timedelta(minutes=30)),
        visit=ticks_in(timedelta(minutes=minutes)),
        before=0,
        after=0,
    )
    return [instant_at(tick) for tick in window.ticks(found & date_bits(window, zone, day, day))]


def shown(day: date, zone: ZoneInfo, weekly: dict[int, list[TimeSpan]], *, minutes: int) -> list[str]:
    return [on_the_wall(instant, zone) for instant in start_times(day, zone, weekly, minutes=minutes)]


def open_time(day: date, zone: ZoneInfo, weekly: dict[int, list[TimeSpan]]) -> timedelta:
    window = days_window(day, day, zone)
    return open_bits(window, zone, weekly).bit_count() * timedelta(minutes=5)


def test_nothing_starts_in_the_hour_that_spring_skips() -> None:
    assert shown(SPRING, TORONTO, hours(1, 4), minutes=30) == [
        "01:00 EST",
        "01:30 EST",
        "03:00 EDT",
        "03:30 EDT",
    ]


def test_hours_within_the_skipped_hour_open_nothing() -> None:
    assert open_time(SPRING - DAY, TORONTO, hours(2, 3)) == timedelta(hours=1)
    assert open_time(SPRING, TORONTO, hours(2, 3)) == timedelta(0)


def test_both_passes_of_the_hour_that_autumn_repeats_are_open() -> None:
    found = start_times(AUTUMN, TORONTO, hours(1, 3), minutes=30)

    assert [on_the_wall(instant, TORONTO) for instant in found] == [
        "01:00 EDT",
        "01:30 EDT",
        "01:00 EST",
        "01:30 EST",
        "02:00 EST",
        "02:30 EST",
    ]
    assert [instant - found[0] for instant in found] == [n * timedelta(minutes=30) for n in range(6)]


def test_hours_within_the_repeated_hour_are_open_for_two() -> None:
    assert open_time(AUTUMN, TORONTO, hours(1, 2)) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("day", "starts_at", "ends_at"),
    [(SPRING, "01:30 EST", "03:15 EDT"), (AUTUMN, "01:30 EDT", "01:15 EST")],
)
def test_a_visit_of_45_minutes_across_a_change_lasts_45_minutes(
    day: date, starts_at: str, ends_at: str
) -> None:
    visit = timedelta(minutes=45)

    found = start_times(day, TORONTO, hours(1, 4), minutes=45)

    ends = {on_the_wall(instant, TORONTO): on_the_wall(instant + visit, TORONTO) for instant in found}
    assert ends[starts_at] == ends_at


def test_a_visit_may_not_outlast_the_hours_whatever_the_clock_does() -> None:
    assert shown(SPRING, TORONTO, hours(1, 4), minutes=120) == ["01:00 EST"]
    assert shown(AUTUMN, TORONTO, hours(1, 2), minutes=120) == ["01:00 EDT"]
    assert shown(SPRING, TORONTO, hours(1, 4), minutes=125) == []
    assert shown(AUTUMN, TORONTO, hours(1, 2), minutes=125) == []


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2027, 7, 1)])
def test_a_zone_without_changes_has_the_same_day_all_year(day: date) -> None:
    assert days_window(day, day, PHOENIX).length * timedelta(minutes=5) == DAY
    assert shown(day, PHOENIX, hours(1, 3), minutes=30) == [
        "01:00 MST",
        "01:30 MST",
        "02:00 MST",
        "02:30 MST",
    ]


def test_the_week_after_a_change_opens_by_the_new_clock() -> None:
    opening = [
        instant_at(window.ticks(open_bits(window, TORONTO, hours(9, 17)))[0]).strftime("%H:%M")
        for window in day_by_day(SPRING - DAY, 3)
    ]

    assert opening == ["14:00", "13:00", "13:00"]  # in UTC


def day_by_day(first: date, count: int) -> list[Window]:
    return [days_window(first + n * DAY, first + n * DAY, TORONTO) for n in range(count)]
