"""Opening hours on wall clocks, as sets of ticks.

The law: a tick is open when the clock on the location's wall reads an open time. So nothing is open in
an hour that a clock change skips, and both passes of an hour that it repeats are, as different ticks.
"""

from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking.timegrid.recurring_days import EVERY_DAY, RecurringDays
from booking.timegrid.ticks import DAY, TICK, Window, instant_at, tick_at, ticks_in

TICKS_PER_DAY = ticks_in(DAY)
MINUTES_PER_DAY = 1440


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """A half-open stretch of a day, [opens, closes), in minutes after midnight on the wall clock."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_PER_DAY:
            raise ValueError(f"a day has no span from minute {self.opens} to {self.closes}")


WeeklyHours = Mapping[int, Sequence[TimeSpan]]
"""Spans by weekday, 0 for Monday."""


def clock_time(minutes: int) -> str:
    """Minutes after midnight as HH:MM; the day's end is 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days_window(first: date, last: date, zone: ZoneInfo) -> Window:
    """The ticks of the local days `first` to `last`, both included."""
    start = tick_at(first_instant(first, zone))
    return Window(start, max(0, tick_at(first_instant(last + DAY, zone)) - start))


def open_bits(
    window: Window,
    zone: ZoneInfo,
    weekly: WeeklyHours,
    closed: Container[date] = (),
    *,
    days: RecurringDays = EVERY_DAY,
) -> int:
    """Ticks at which the wall clock reads a time within the day's spans, on `days` that are not closed."""
    spans = tuple(tuple(weekly.get(weekday, ())) for weekday in range(7))
    bits = 0
    for first, last, midnight, day in _pieces(window, zone):
        if day not in closed and day in days:
            for span in spans[day.weekday()]:
                # A tick is open by its first minute.
                opens, closes = midnight + -(-span.opens // 5), midnight + -(-span.closes // 5)
                bits |= window.bits(max(opens, first), min(closes, last))
    return bits


def step_bits(window: Window, zone: ZoneInfo, step: timedelta) -> int:
    """Ticks whose time on the wall clock is a multiple of `step` after midnight."""
    ticks = ticks_in(step)
    if not 0 < ticks <= TICKS_PER_DAY:
        raise ValueError(f"{step} is no step of a day")
    bits = 0
    for first, last, midnight, _ in _pieces(window, zone):
        ahead = midnight - window.first
        grid = _grid(ticks) << ahead if ahead >= 0 else _grid(ticks) >> -ahead
        bits |= grid & window.bits(first, last)
    return bits


@lru_cache(maxsize=32)
def _grid(ticks: int) -> int:
    """Every `ticks`-th tick of a day, as bits from midnight on."""
    return sum(1 << tick for tick in range(0, TICKS_PER_DAY, ticks))


def date_bits(window: Window, zone: ZoneInfo, first: date | None, last: date | None) -> int:
    """Ticks of the local days from `first` to `last`, both included; None is without bound."""
    bits = 0
    for start, end, _, day in _pieces(window, zone):
        if (first is None or first <= day) and (last is None or day <= last):
            bits |= window.bits(start, end)
    return bits


def day_starts(window: Window, zone: ZoneInfo) -> dict[int, date]:
    """The first tick of each local day of the window, in order; a change of the clocks begins a day anew."""
    return {first: day for first, _, _, day in _pieces(window, zone)}


def count_by_day(window: Window, zone: ZoneInfo, bits: int) -> dict[date, int]:
    """How many ticks of the set are on each local day of the window."""
    counts: dict[date, int] = {}
    for start, end, _, day in _pieces(window, zone):
        count = (bits >> start - window.first & (1 << end - start) - 1).bit_count()
        counts[day] = counts.get(day, 0) + count
    return counts


def subtract_spans(spans: Iterable[TimeSpan], breaks: Iterable[TimeSpan]) -> tuple[TimeSpan, ...]:
    """The spans less the breaks, in order."""
    left = sorted(spans)
    for pause in breaks:
        left = [
            TimeSpan(opens, closes)
            for span in left
            for opens, closes in (
                (span.opens, min(span.closes, pause.opens)),
                (max(span.opens, pause.closes), span.closes),
            )
            if opens < closes
        ]
    return tuple(left)


@lru_cache(maxsize=256)
def _pieces(window: Window, zone: ZoneInfo) -> tuple[tuple[int, int, int, date], ...]:
    """The window cut where the local day or the UTC offset changes: (first, last, midnight, day).

    `midnight` is the tick at which the day would begin if the piece's offset had held since.
    """
    pieces = []
    tick = window.first
    while tick < window.end:
        local = instant_at(tick).astimezone(zone)
        midnight = tick - (local.hour * 60 + local.minute) // 5
        last = min(window.end, midnight + TICKS_PER_DAY)
        offset = _offset(tick, zone)
        if _offset(last - 1, zone) != offset:
            ahead = range(tick, last)
            last = tick + bisect_left(ahead, True, key=lambda later: _offset(later, zone) != offset)
        pieces.append((tick, last, midnight, local.date()))
        tick = last
    return tuple(pieces)


def _offset(tick: int, zone: ZoneInfo) -> timedelta:
    offset = instant_at(tick).astimezone(zone).utcoffset() or timedelta(0)
    if offset % TICK:
        raise ValueError(f"{zone.key} was {offset} off UTC then, which is not in steps of {TICK}")
    return offset


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day begins on the zone's clock."""
    # Midnight; where the clocks skip it, Python reads it with the offset before: the same instant.
    return datetime.combine(day, time(), zone).astimezone(UTC)
