"""The law of hours: a tick is open when the clock on the wall reads an open time."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.timegrid.opening_hours import (
    TimeSpan,
    date_bits,
    days_window,
    open_bits,
    step_bits,
    subtract_spans,
)
from booking.timegrid.ticks import Window, instant_at, tick_at

AROUND_CHANGES = [
    ("America/Toronto", date(2027, 3, 13)),
    ("America/Toronto", date(2027, 11, 6)),
    ("Europe/London", date(2027, 3, 27)),
    ("Australia/Lord_Howe", date(2027, 4, 3)),  # half an hour
    ("Australia/Lord_Howe", date(2027, 10, 2)),
    ("America/Sao_Paulo", date(2018, 11, 3)),  # at midnight
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("Pacific/Apia", date(2011, 12, 29)),  # a whole day
    ("Africa/Casablanca", date(2027, 2, 6)),
    ("Asia/Kathmandu", date(2027, 1, 1)),
    ("America/Phoenix", date(2027, 3, 13)),
    ("Asia/Tokyo", date(2027, 3, 13)),
    ("UTC", date(2027, 1, 1)),
]

minutes = st.integers(0, 1440)
spans = st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: TimeSpan(*pair))
five = st.integers(0, 288).map(lambda n: n * 5)
places = st.sampled_from(AROUND_CHANGES)


def wall(tick: int, zone: ZoneInfo) -> datetime:
    return instant_at(tick).astimezone(zone)


def ticks(window: Window, bits: int) -> set[int]:
    return set(window.ticks(bits))


def everything(window: Window) -> range:
    return range(window.first, window.first + window.length)


@settings(max_examples=150)
@given(
    place=places,
    weekly=st.dictionaries(st.integers(0, 6), st.lists(spans, max_size=3), max_size=7),
    closed=st.sets(st.integers(0, 3), max_size=2),
    shift=st.integers(-40, 40),
)
def test_a_tick_is_open_when_the_wall_clock_says_so(
    place: tuple[str, date], weekly: dict[int, list[TimeSpan]], closed: set[int], shift: int
) -> None:
    zone, first = ZoneInfo(place[0]), place[1]
    whole = days_window(first, first + timedelta(days=3), zone)
    window = Window(whole.first + shift, whole.length)
    shut = {first + timedelta(days=n) for n in closed}

    def is_open(tick: int) -> bool:
        local = wall(tick, zone)
        minute = local.hour * 60 + local.minute
        hours = weekly.get(local.weekday(), [])
        return local.date() not in shut and any(span.opens <= minute < span.closes for span in hours)

    found = ticks(window, open_bits(window, zone, weekly, shut))
    assert found == {tick for tick in everything(window) if is_open(tick)}


@settings(max_examples=60)
@given(place=places, step=st.integers(1, 288).map(lambda n: timedelta(minutes=5 * n)))
def test_steps_are_multiples_on_the_wall_clock(place: tuple[str, date], step: timedelta) -> None:
    zone = ZoneInfo(place[0])
    window = days_window(place[1], place[1] + timedelta(days=2), zone)

    def is_step(tick: int) -> bool:
        local = wall(tick, zone)
        return not timedelta(hours=local.hour, minutes=local.minute) % step

    assert ticks(window, step_bits(window, zone, step)) == {t for t in everything(window) if is_step(t)}


@settings(max_examples=60)
@given(place=places, low=st.none() | st.integers(-1, 4), high=st.none() | st.integers(-1, 4))
def test_dates_are_the_locations_own(place: tuple[str, date], low: int | None, high: int | None) -> None:
    zone = ZoneInfo(place[0])
    window = days_window(place[1], place[1] + timedelta(days=3), zone)
    first = None if low is None else place[1] + timedelta(days=low)
    last = None if high is None else place[1] + timedelta(days=high)

    def is_within(tick: int) -> bool:
        day = wall(tick, zone).date()
        return (first is None or first <= day) and (last is None or day <= last)

    assert ticks(window, date_bits(window, zone, first, last)) == {
        t for t in everything(window) if is_within(t)
    }


@pytest.mark.parametrize(("zone", "first"), AROUND_CHANGES)
def test_days_follow_each_other_without_a_gap(zone: str, first: date) -> None:
    one_by_one = [
        days_window(first + timedelta(days=n), first + timedelta(days=n), ZoneInfo(zone)) for n in range(4)
    ]

    assert all(earlier.end == later.first for earlier, later in pairwise(one_by_one))
    assert days_window(first, first + timedelta(days=3), ZoneInfo(zone)).length == sum(
        day.length for day in one_by_one
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 14), 23), (date(2027, 11, 7), 25), (date(2027, 7, 1), 24)]
)
def test_a_day_in_toronto_has_as_many_hours_as_it_has(day: date, hours: int) -> None:
    assert days_window(day, day, ZoneInfo("America/Toronto")).length == hours * 12


def test_a_day_that_a_country_skips_has_no_ticks() -> None:
    skipped = date(2011, 12, 30)
    assert days_window(skipped, skipped, ZoneInfo("Pacific/Apia")).length == 0


@given(hours=st.lists(st.tuples(five, five), max_size=4), breaks=st.lists(st.tuples(five, five), max_size=4))
def test_breaks_are_subtracted_from_hours(
    hours: list[tuple[int, int]], breaks: list[tuple[int, int]]
) -> None:
    day = [TimeSpan(*pair) for pair in hours if pair[0] < pair[1]]
    pauses = [TimeSpan(*pair) for pair in breaks if pair[0] < pair[1]]

    def covers(spans: list[TimeSpan], minute: int) -> bool:
        return any(span.opens <= minute < span.closes for span in spans)

    left = list(subtract_spans(day, pauses))
    for minute in range(0, 1440, 5):
        assert covers(left, minute) == (covers(day, minute) and not covers(pauses, minute))


@pytest.mark.parametrize(("opens", "closes"), [(10, 10), (20, 10), (-5, 10), (0, 1441)])
def test_a_span_that_no_day_has_is_refused(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="no span"):
        TimeSpan(opens, closes)


@pytest.mark.parametrize("step", [timedelta(0), timedelta(days=2), timedelta(minutes=-5)])
def test_a_step_that_no_day_has_is_refused(step: timedelta) -> None:
    with pytest.raises(ValueError, match="no step"):
        step_bits(Window(0, 288), ZoneInfo("UTC"), step)


def test_a_zone_that_ticks_cannot_follow_is_refused_and_not_rounded() -> None:
    long_ago = tick_at(datetime(1900, 1, 1, tzinfo=ZoneInfo("UTC")))
    with pytest.raises(ValueError, match="Monrovia"):
        open_bits(Window(long_ago, 12), ZoneInfo("Africa/Monrovia"), {})
