"""The law of recurring times: each is looked up on a calendar, day by day."""

from calendar import isleap
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.timegrid.recurring_times import RecurringTime, WallStretch
from booking.timegrid.ticks import DAY

LEAP_DAYS = st.sampled_from([date(2024, 2, 29), date(2028, 2, 29)])
FIRST_DAYS = st.dates(date(2024, 1, 1), date(2029, 1, 1)) | LEAP_DAYS


@st.composite
def recurring_times(draw: st.DrawFn) -> RecurringTime:
    first = draw(FIRST_DAYS)
    weeks = draw(st.none() | st.integers(1, 8))
    last = first + timedelta(draw(st.integers(0, 6 if weeks else 60)))
    begins, ends = draw(st.integers(0, 1439)), draw(st.integers(1, 1440))
    if first == last and ends <= begins:
        begins, ends = 0, 1440
    until = draw(st.none() | st.integers(0, 1500).map(lambda days: first + timedelta(days)))
    return RecurringTime(first, begins, last, ends, weeks, until)


def at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def on_calendar(recurring: RecurringTime, first: date, last: date) -> list[WallStretch]:
    found = []
    for number in range((last - recurring.first_day).days + 1):
        day = recurring.first_day + number * DAY
        if recurring.until is None or day <= recurring.until:
            one = weekly_on(recurring, day) if recurring.weeks else yearly_on(recurring, day)
            found += [one] if one else []
    return [each for each in found if each[1] > at(first, 0) and each[0] < at(last, 1440)]


def weekly_on(recurring: RecurringTime, day: date) -> WallStretch | None:
    if (day - recurring.first_day).days % (7 * (recurring.weeks or 1)):
        return None
    starts_at, ends_at = recurring.first
    return at(day, recurring.begins), at(day, recurring.begins) + (ends_at - starts_at)


def yearly_on(recurring: RecurringTime, day: date) -> WallStretch | None:
    first, last = recurring.first_day, recurring.last_day
    starts_at, year = at(day, recurring.begins), day.year + last.year - first.year
    if is_leap_day(first) and not isleap(day.year):
        starts_at, first = at(day, 0), date(day.year, 3, 1)
    if is_leap_day(last) and not isleap(year):
        ends_at = at(date(year, 3, 1), 0)
    else:
        ends_at = at(date(year, last.month, last.day), recurring.ends)
    return (starts_at, ends_at) if day == first.replace(year=day.year) and starts_at < ends_at else None


def is_leap_day(day: date) -> bool:
    return (day.month, day.day) == (2, 29)


@given(
    recurring=recurring_times(),
    first=st.dates(date(2023, 6, 1), date(2033, 1, 1)),
    days=st.integers(0, 400),
)
def test_a_time_comes_again_where_a_calendar_has_it(recurring: RecurringTime, first: date, days: int) -> None:
    last = first + timedelta(days)

    assert list(recurring.between(first, last)) == on_calendar(recurring, first, last)


def test_a_leap_day_comes_again_in_leap_years_alone() -> None:
    leap_day = RecurringTime(date(2028, 2, 29), 0, date(2028, 2, 29), 1440, None)

    found = [starts_at.date() for starts_at, _ in leap_day.between(date(2028, 1, 1), date(2036, 12, 31))]

    assert found == [date(2028, 2, 29), date(2032, 2, 29), date(2036, 2, 29)]


@pytest.mark.parametrize(
    ("last", "weeks", "overlaps"),
    [
        (date(2027, 1, 10), 1, False),
        (date(2027, 1, 11), 1, True),
        (date(2027, 1, 17), 2, False),
        (date(2028, 1, 3), None, False),
        (date(2028, 1, 4), None, True),
    ],
)
def test_a_time_must_be_over_before_it_comes_again(last: date, weeks: int | None, overlaps: bool) -> None:
    assert RecurringTime(date(2027, 1, 4), 0, last, 1440, weeks).overlaps_itself is overlaps
