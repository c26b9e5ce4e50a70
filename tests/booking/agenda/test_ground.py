"""The law of a column: reserved, free and blocked ticks make up the hours, and no tick is two of them."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.agenda.ground import ground_of
from booking.scheduling.working_time import WorkingTime
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.timegrid.opening_hours import TimeSpan, days_window, open_bits
from booking.timegrid.ticks import DAY, TICK, Window, instant_at

TORONTO = ZoneInfo("America/Toronto")
AUTUMN, SPRING, WINTER = date(2027, 11, 7), date(2027, 3, 14), date(2026, 11, 25)
HOURS = {AUTUMN: 25, SPRING: 23, WINTER: 24}

minutes = st.integers(0, 287).map(lambda tick: 5 * tick)
spans = st.tuples(minutes, st.integers(1, 96)).map(lambda s: TimeSpan(s[0], min(1440, s[0] + 5 * s[1])))
stretches = st.tuples(st.integers(-24, 300), st.integers(1, 60)).map(lambda s: (s[0], s[0] + s[1]))


@dataclass(frozen=True)
class Place:
    """What a practitioner has at one location; blocks and time off are in ticks of the day."""

    opening: list[TimeSpan]
    on_duty: list[TimeSpan]


places = st.builds(Place, st.lists(spans, max_size=2), st.lists(spans, max_size=2))


def working_time(location: str, place: Place, day: date, away: int, window: Window) -> WorkingTime:
    opening = open_bits(window, TORONTO, {day.weekday(): place.opening})
    on_duty = open_bits(window, TORONTO, {day.weekday(): place.on_duty})
    return WorkingTime(
        "one",
        location,
        TORONTO,
        0,
        window,
        opening=opening,
        on_duty=on_duty,
        away=away,
        working=opening & on_duty & ~away,
        certified=window.all,
        steps=window.all,
    )


@given(
    day=st.sampled_from([AUTUMN, SPRING, WINTER]),
    here=places,
    there=places,
    blocks=st.lists(st.tuples(stretches, st.sampled_from([None, "here", "there"])), max_size=3),
    off=st.lists(stretches, max_size=1),
    reserved=st.lists(stretches, max_size=5),
)
def test_the_hours_are_reserved_free_or_blocked_and_never_two_of_them(
    day: date,
    here: Place,
    there: Place,
    blocks: list[tuple[tuple[int, int], str | None]],
    off: list[tuple[int, int]],
    reserved: list[tuple[int, int]],
) -> None:
    window = days_window(day, day, TORONTO)
    wide = days_window(day - DAY, day + DAY, TORONTO)
    by_place = {"here": here, "there": there}
    times = []
    for name, place in by_place.items():
        away = 0
        for (first, last), at in [*blocks, *((span, None) for span in off)]:
            if at in (None, name):
                away |= wide.bits(window.first + first, window.first + last)
        times.append(working_time(name, place, day, away, wide))
    rows = [
        BlockedTime(
            id=uuid.uuid4(),
            location=at,
            starts_at=instant_at(window.first + first),
            ends_at=instant_at(window.first + last),
        )
        for (first, last), at in sorted(blocks, key=lambda block: block[0])
    ]

    ground = ground_of(
        window, times, rows, [(window.first + first, window.first + last) for first, last in reserved]
    )

    pieces = [ground.free, ground.reserved, *(bits for _, bits in ground.blocked)]
    assert sum(bits.bit_count() for bits in pieces) == ground.hours.bit_count()
    for tick in range(window.length):
        free, blocked, hours = _model(day, window, tick, by_place, blocks, off, reserved)
        bit = 1 << tick
        assert (bool(ground.hours & bit), bool(ground.free & bit)) == (hours, free)
        assert any(bits & bit for _, bits in ground.blocked) == blocked


def _model(
    day: date,
    window: Window,
    tick: int,
    by_place: dict[str, Place],
    blocks: list[tuple[tuple[int, int], str | None]],
    off: list[tuple[int, int]],
    reserved: list[tuple[int, int]],
) -> tuple[bool, bool, bool]:
    """Whether the tick is free, blocked, and in the hours: asked tick by tick, by the clock on the wall."""
    local = instant_at(window.first + tick).astimezone(TORONTO)
    assert local.date() == day
    minute = local.hour * 60 + local.minute

    def is_on(name: str) -> bool:
        place = by_place[name]
        return all(
            any(span.opens <= minute < span.closes for span in kind)
            for kind in (place.opening, place.on_duty)
        )

    def is_blocked(name: str) -> bool:
        return any(first <= tick < last and at in (None, name) for (first, last), at in blocks)

    is_off = any(first <= tick < last for first, last in off)
    is_taken = any(first <= tick < last for first, last in reserved)
    works = any(is_on(name) and not is_blocked(name) and not is_off for name in by_place)
    would_work = any(is_on(name) and is_blocked(name) for name in by_place)
    return works and not is_taken, would_work and not works and not is_taken, works or would_work


@pytest.mark.parametrize("day", [AUTUMN, SPRING, WINTER])
def test_a_day_has_the_hours_that_its_clock_shows(day: date) -> None:
    window = days_window(day, day, TORONTO)
    always = Place([TimeSpan(0, 1440)], [TimeSpan(0, 1440)])
    time = working_time("here", always, day, 0, days_window(day - DAY, day + DAY, TORONTO))

    ground = ground_of(window, [time], [], [])

    [(first, last)] = window.runs(ground.free)
    assert instant_at(last) - instant_at(first) == HOURS[day] * 12 * TICK
    assert _clock(instant_at(first)) == _clock(instant_at(last)) == "00:00"


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(TORONTO):%H:%M}"


@given(bits=st.integers(0, (1 << 300) - 1), first=st.integers(-50, 50), length=st.integers(0, 300))
def test_a_set_of_ticks_is_its_runs_and_keeps_its_ticks_in_another_window(
    bits: int, first: int, length: int
) -> None:
    window, other = Window(0, 300), Window(first, length)
    ticks = window.ticks(bits)
    assert [tick for low, high in window.runs(bits) for tick in range(low, high)] == ticks
    assert all(low < high for low, high in window.runs(bits))
    assert other.ticks(other.taken_from(window, bits)) == [t for t in ticks if first <= t < other.end]
