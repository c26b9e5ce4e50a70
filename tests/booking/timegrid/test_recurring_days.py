"""The law of recurring days: each is looked up on a calendar, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.timegrid.recurring_days import EVERY_DAY, RecurringDays

# Around years of 53 weeks: 2026 has them, and 2027 begins in the last of them.
CALENDAR = st.dates(date(2026, 11, 1), date(2027, 3, 1))
# Weeks counted by sevens and by eights meet once in 56.
ALL_DAYS = [date(2026, 9, 1) + timedelta(number) for number in range(600)]


@st.composite
def recurring_days(draw: st.DrawFn) -> RecurringDays:
    first = draw(st.none() | CALENDAR)
    last = draw(st.none() | st.integers(-1, 200).map(lambda n: (first or date(2026, 12, 28)) + timedelta(n)))
    return RecurringDays(first, last, draw(st.integers(1, 8)) if first else 1)


def monday(day: date) -> date:
    return day - timedelta(day.weekday())


def is_one(days: RecurringDays, day: date) -> bool:
    """Counts the weeks one by one."""
    if (days.first and day < days.first) or (days.last and day > days.last):
        return False
    week, counted = monday(days.first or day), 0
    while week < monday(day):
        week, counted = week + timedelta(7), counted + 1
    return counted % days.weeks == 0


@given(days=recurring_days())
def test_a_day_is_one_if_its_week_is_and_the_bounds_have_it(days: RecurringDays) -> None:
    assert [day for day in ALL_DAYS if day in days] == [day for day in ALL_DAYS if is_one(days, day)]


@given(days=recurring_days(), other=recurring_days())
def test_the_first_common_day_is_the_first_that_both_have(days: RecurringDays, other: RecurringDays) -> None:
    found = days.first_common_day(other)

    assert found == other.first_common_day(days)
    if days.first or other.first:
        assert found == next((day for day in ALL_DAYS if day in days and day in other), None)
    else:
        assert found == date.min


@given(days=recurring_days(), first=CALENDAR, length=st.integers(0, 80))
def test_days_touch_a_stretch_that_has_one_of_them(days: RecurringDays, first: date, length: int) -> None:
    stretch = [first + timedelta(number) for number in range(length + 1)]

    assert days.touches(first, stretch[-1]) == any(day in days for day in stretch)


@pytest.mark.parametrize("day", [date.min, date(2027, 1, 1), date.max])
def test_every_day_has_every_day(day: date) -> None:
    assert day in EVERY_DAY
    assert EVERY_DAY.touches(day, day)


@pytest.mark.parametrize(("first", "weeks"), [(None, 2), (date(2027, 1, 4), 0)])
def test_weeks_that_nothing_counts_are_refused(first: date | None, weeks: int) -> None:
    with pytest.raises(ValueError, match="are no weeks"):
        RecurringDays(first, None, weeks)
