"""Stretches of time in which somebody is busy elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

Interval = tuple[datetime, datetime]
"""From the first instant up to the second, in UTC."""


@dataclass(frozen=True)
class BusyIntervals:
    """`intervals` in order of time; none touches another. `unread` counts entries that can't be read."""

    intervals: Sequence[Interval]
    unread: int


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in as few intervals as can be, in order: those that touch are one."""
    whole: list[Interval] = []
    for first, last in sorted(intervals):
        if whole and first <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], last)
        else:
            whole.append((first, last))
    return whole
