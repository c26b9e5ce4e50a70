"""Ticks of five minutes: a window is a run of them, and a set of ticks in it is the bits of one int."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TICK = timedelta(minutes=5)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tick_at(instant: datetime) -> int:
    """The number of the tick that the aware instant is in, counted from 1970."""
    if instant.tzinfo is None:
        raise ValueError(f"naive time {instant!r}: an instant needs an offset")
    return (instant - EPOCH) // TICK


def ticks_between(starts_at: datetime, ends_at: datetime) -> tuple[int, int]:
    """The first tick that the time touches, and the first after it."""
    return tick_at(starts_at), tick_at(ends_at - timedelta.resolution) + 1


def on_tick(instant: datetime) -> bool:
    return not (instant - EPOCH) % TICK


def instant_at(tick: int) -> datetime:
    """The start of the tick, in UTC."""
    return EPOCH + tick * TICK


def ticks_in(duration: timedelta) -> int:
    """A duration as ticks; it must be whole ones."""
    ticks, rest = divmod(duration, TICK)
    if rest:
        raise ValueError(f"{duration} is not a multiple of {TICK}")
    return ticks


@dataclass(frozen=True, slots=True)
class Window:
    """`length` ticks from `first` on. In a set of them, bit i stands for the tick `first + i`."""

    first: int
    length: int

    @property
    def end(self) -> int:
        return self.first + self.length

    @property
    def all(self) -> int:
        return (1 << self.length) - 1

    def bits(self, first: int, last: int) -> int:
        """The ticks [first, last), as far as they are in the window."""
        low, high = max(first - self.first, 0), min(last - self.first, self.length)
        return (1 << high) - (1 << low) if low < high else 0

    def union(self, spans: Iterable[tuple[int, int]]) -> int:
        """The ticks of all the spans [first, last), as far as they are in the window."""
        bits = 0
        for first, last in spans:
            bits |= self.bits(first, last)
        return bits

    def taken_from(self, other: "Window", bits: int) -> int:
        """A set of ticks of the other window, as far as they are in this one."""
        ahead = other.first - self.first
        return (bits << ahead if ahead >= 0 else bits >> -ahead) & self.all

    def runs(self, bits: int) -> list[tuple[int, int]]:
        """The set as stretches [first, last), in order, with no two that touch."""
        text, runs = bin(bits)[:1:-1] + "0", []
        low = text.find("1")
        while low >= 0:
            high = text.find("0", low)
            runs.append((self.first + low, self.first + high))
            low = text.find("1", high)
        return runs

    def ticks(self, bits: int) -> list[int]:
        """The ticks of a set, in order."""
        # As text: taking the lowest bit off a long int again and again copies all of it each time.
        text, ticks = bin(bits)[:1:-1], []
        at = text.find("1")
        while at >= 0:
            ticks.append(self.first + at)
            at = text.find("1", at + 1)
        return ticks


def run_starts(free: int, ticks: int) -> int:
    """The bits at which a run of `ticks` set bits starts, computed in log2(ticks) steps."""
    length = 1
    while length < ticks:
        added = min(length, ticks - length)
        free &= free >> added
        length += added
    return free


def possible_starts(*, open_: int, busy: int, steps: int, visit: int, before: int, after: int) -> int:
    """The ticks at which a visit can start: all of it open, nothing busy from one buffer to the other.

    All sets are of one window, the lengths in ticks. A buffer that reaches over the window's low edge
    is taken as free there, so the window has to be at least a buffer wider than what is asked of it.
    """
    # Busy time forbids every start whose visit, with its buffers, would touch it.
    touched = _smear_down(busy << before, before + visit + after - 1)
    return run_starts(open_, visit) & steps & ~touched


def _smear_down(bits: int, distance: int) -> int:
    """Every set bit, and as many below it as the distance."""
    reached = 0
    while reached < distance:
        added = min(reached + 1, distance - reached)
        bits |= bits >> added
        reached += added
    return bits
