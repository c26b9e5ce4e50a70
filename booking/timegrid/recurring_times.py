"""Stretches on the wall clock that come again: every few weeks, or on the same dates of every year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from booking.timegrid.opening_hours import MINUTES_PER_DAY
from booking.timegrid.ticks import DAY

WallStretch = tuple[datetime, datetime]
"""From the first time up to the second, without a zone."""


@dataclass(frozen=True, slots=True)
class RecurringTime:
    """From a minute of the first day up to a minute of the last day, and again.

    `weeks` None is every year. No stretch begins after `until`; None is for ever.
    """

    first_day: date
    begins: int
    last_day: date
    ends: int
    weeks: int | None
    until: date | None = None

    @property
    def first(self) -> WallStretch:
        return _at(self.first_day, self.begins), _at(self.last_day, self.ends)

    @property
    def overlaps_itself(self) -> bool:
        """Whether one has not ended when the next begins."""
        starts_at, ends_at = self.first
        next_start = self._of_year(self.first_day.year + 1)[0] if self.weeks is None else None
        return ends_at > (next_start or starts_at + (self.weeks or 0) * 7 * DAY)

    def between(self, first: date, last: date) -> Iterator[WallStretch]:
        """Those that touch the days from `first` to `last`, in order."""
        low, high = _at(first, 0), _at(last, MINUTES_PER_DAY)
        for starts_at, ends_at in self._from(first):
            if starts_at >= high or (self.until and starts_at.date() > self.until):
                return
            if ends_at > low and starts_at < ends_at:
                yield starts_at, ends_at

    def _from(self, day: date) -> Iterator[WallStretch]:
        if self.weeks is None:
            years = self.last_day.year - self.first_day.year
            for year in range(max(self.first_day.year, day.year - years - 1), day.year + 1000):
                yield self._of_year(year)
            return
        starts_at, ends_at = self.first
        step = self.weeks * 7 * DAY
        passed = max(0, (_at(day, 0) - ends_at) // step)
        starts_at, length = starts_at + passed * step, ends_at - starts_at
        while True:
            yield starts_at, starts_at + length
            starts_at += step

    def _of_year(self, year: int) -> WallStretch:
        """Without a 29th of February it begins on the 1st of March, and ends with the 28th of February."""
        last_year = year + self.last_day.year - self.first_day.year
        try:
            starts_at = _at(self.first_day.replace(year=year), self.begins)
        except ValueError:
            starts_at = _at(date(year, 3, 1), 0)
        try:
            ends_at = _at(self.last_day.replace(year=last_year), self.ends)
        except ValueError:
            ends_at = _at(date(last_year, 3, 1), 0)
        return starts_at, ends_at


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)
