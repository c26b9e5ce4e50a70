"""Sets of ticks as ints, against plain sets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.timegrid.ticks import (
    TICK,
    Window,
    instant_at,
    on_tick,
    possible_starts,
    run_starts,
    tick_at,
    ticks_in,
)

LENGTH = 60
sets = st.integers(0, (1 << LENGTH) - 1)


def members(bits: int) -> set[int]:
    return {index for index in range(bits.bit_length()) if bits >> index & 1}


@given(first=st.integers(-(10**7), 10**7), bits=sets)
def test_a_set_lists_its_ticks_in_order(first: int, bits: int) -> None:
    assert list(Window(first, LENGTH).ticks(bits)) == [first + index for index in sorted(members(bits))]


@given(low=st.integers(-30, 90), high=st.integers(-30, 90))
def test_a_span_is_clipped_to_the_window(low: int, high: int) -> None:
    assert members(Window(0, LENGTH).bits(low, high)) == set(range(low, high)) & set(range(LENGTH))


@given(free=sets, ticks=st.integers(1, 20))
def test_a_start_fits_where_a_run_of_free_ticks_is_long_enough(free: int, ticks: int) -> None:
    inside = members(free)
    assert members(run_starts(free, ticks)) == {
        index for index in inside if all(index + n in inside for n in range(ticks))
    }


@given(
    open_=sets,
    busy=sets,
    steps=sets,
    visit=st.integers(1, 12),
    before=st.integers(0, 6),
    after=st.integers(0, 6),
)
def test_a_visit_starts_where_it_is_open_and_it_and_its_buffers_touch_nothing(
    open_: int, busy: int, steps: int, visit: int, before: int, after: int
) -> None:
    found = possible_starts(open_=open_, busy=busy, steps=steps, visit=visit, before=before, after=after)

    assert members(found) == {
        start
        for start in members(steps)
        if all(start + n in members(open_) for n in range(visit))
        and not any(start + n in members(busy) for n in range(-before, visit + after))
    }


def test_a_buffer_below_the_low_edge_counts_as_free() -> None:
    window, wider = Window(1000, LENGTH), Window(997, LENGTH + 3)

    def first_start(seen: Window) -> int:
        busy = seen.bits(999, 1000)
        found = possible_starts(
            open_=seen.all, busy=busy, steps=seen.bits(1000, 1060), visit=2, before=3, after=0
        )
        return seen.ticks(found)[0]

    assert first_start(window) == 1000  # the tick before is not in the window, so it is not known to be busy
    assert first_start(wider) == 1003


@given(instant=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_tick_holds_the_instants_of_its_five_minutes(instant: datetime) -> None:
    start = instant_at(tick_at(instant))
    assert start <= instant < start + TICK
    assert on_tick(instant) == (start == instant)


def test_a_duration_is_whole_ticks_or_nothing() -> None:
    assert ticks_in(timedelta(minutes=45)) == 9
    with pytest.raises(ValueError, match="multiple"):
        ticks_in(timedelta(minutes=7))


def test_a_naive_time_is_no_instant() -> None:
    with pytest.raises(ValueError, match="naive"):
        tick_at(datetime(2027, 1, 1))  # noqa: DTZ001
