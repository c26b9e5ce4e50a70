"""The bit arithmetic of the time grid: a practitioner's day, and a thousand practitioners for two months."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.timegrid.opening_hours import TimeSpan, count_by_day, days_window, open_bits, step_bits
from booking.timegrid.ticks import TICK, Window, instant_at, possible_starts, tick_at
from tests.bench.support.measure import Figure, Row, at_least, at_most, medians

DAY = date(2026, 11, 24)
OPENS, CLOSES = 9 * 12, 17 * 12
BUSY = ((108, 117), (126, 135), (144, 156), (159, 168), (171, 180), (195, 204))
"""A break and appointments with their buffers, in ticks after midnight."""
VISIT, AFTER, STEP = 6, 3, 3
PRACTITIONERS, DAYS = 1000, 60
BUDGET_MS = 50


async def practitioner_day() -> list[Row]:
    window = Window(tick_at(datetime(2026, 11, 24, tzinfo=UTC)), 288)
    open_ = _bits([(OPENS, CLOSES)])
    busy, steps = _bits(BUSY), sum(1 << tick for tick in range(0, 288, STEP))

    def ours() -> list[int]:
        starts = possible_starts(open_=open_, busy=busy, steps=steps, visit=VISIT, before=0, after=AFTER)
        return window.ticks(starts)

    def by_hand() -> list[int]:
        free = open_ & ~busy
        # Runs of six open ticks and of nine free ones, each by three doublings.
        runs = free & free >> 1
        runs &= runs >> 2
        runs &= runs >> 2
        clear = ~busy
        pairs = clear & clear >> 1
        fours = pairs & pairs >> 2
        nine = fours & fours >> 4 & clear >> 8
        left = runs & nine & steps
        starts = []
        while left:
            lowest = left & -left
            starts.append(window.first + lowest.bit_length() - 1)
            left ^= lowest
        return starts

    visits = [(instant_at(window.first + begins), instant_at(window.first + ends)) for begins, ends in BUSY]
    opens, closes = instant_at(window.first + OPENS), instant_at(window.first + CLOSES)
    visit, with_buffer, step = VISIT * TICK, (VISIT + AFTER) * TICK, STEP * TICK

    def intervals() -> list[datetime]:
        starts, at = [], opens
        while at + visit <= closes:
            if all(at + with_buffer <= begins or ends <= at for begins, ends in visits):
                starts.append(at)
            at += step
        return starts

    assert ours() == by_hand() == [tick_at(at) for at in intervals()], "the three differ"
    rows = []
    for name, other in (("a hand-written loop over the bits", by_hand), ("a loop over intervals", intervals)):
        mine, theirs, ratio = await medians(_seconds(ours), _seconds(other), rounds=15)
        verdict = at_most(ratio, 2) if other is by_hand else at_least(1 / ratio, 8)
        figures = f"{mine * 1e6:.1f} us", f"{theirs * 1e6:.1f} us"
        rows.append(Row("starts of a practitioner's day", *verdict, *figures, name))
    return rows


async def two_months() -> Row:
    zone = ZoneInfo("America/Toronto")
    window = days_window(DAY, DAY + timedelta(days=DAYS - 1), zone)
    spans = {weekday: [TimeSpan(9 * 60, 17 * 60)] for weekday in range(7)}
    open_ = open_bits(window, zone, spans)
    steps = step_bits(window, zone, timedelta(minutes=30))
    every_day = [_bits(BUSY) << day * 288 for day in range(DAYS)]
    busy = [
        sum(every_day[day] for day in range(DAYS) if (day + number) % 3) for number in range(PRACTITIONERS)
    ]

    def starts(number: int) -> int:
        return possible_starts(
            open_=open_, busy=busy[number], steps=steps, visit=VISIT, before=0, after=AFTER
        )

    def ours() -> list[list[int]]:
        return [list(count_by_day(window, zone, starts(number)).values()) for number in range(PRACTITIONERS)]

    def one_by_one() -> list[list[int]]:
        counts = []
        for number in range(PRACTITIONERS):
            by_day = [0] * DAYS
            for tick in window.ticks(starts(number)):
                by_day[(tick - window.first) // 288] += 1
            counts.append(by_day)
        return counts

    assert ours() == one_by_one(), "the two differ"
    mine, theirs, _ = await medians(_seconds(ours, times=1), _seconds(one_by_one, times=1), rounds=5)
    return Row(
        f"{PRACTITIONERS:,} practitioners x {DAYS} days counted",
        f"< {BUDGET_MS} ms",
        f"{mine * 1000:.0f} ms",
        mine * 1000 < BUDGET_MS,
        f"{mine * 1000:.1f} ms",
        f"{theirs * 1000:.1f} ms",
        "start by start",
    )


def _bits(spans: Sequence[tuple[int, int]]) -> int:
    return sum((1 << last) - (1 << first) for first, last in spans)


def _seconds(work: Callable[[], object], *, times: int = 500) -> Figure:
    async def measured() -> float:
        started_at = time.process_time()
        for _ in range(times):
            work()
        return (time.process_time() - started_at) / times

    return measured
