"""Days that come again: all days of a week, every week or every few weeks, from a first day to a last one."""

from dataclasses import dataclass
from datetime import date
from math import lcm


@dataclass(frozen=True, slots=True)
class RecurringDays:
    """The days from `first` to `last`, both included, in every `weeks`-th week from the week of `first` on.

    A week begins on Monday. None is without bound; where weeks are left out, there is a first day.
    """

    first: date | None = None
    last: date | None = None
    weeks: int = 1

    def __post_init__(self) -> None:
        if self.weeks < 1 or (self.weeks > 1 and self.first is None):
            raise ValueError(f"every {self.weeks} weeks from {self.first} on are no weeks")

    def __contains__(self, day: date) -> bool:
        return (
            (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
            and (self.first is None or not (week_number(day) - week_number(self.first)) % self.weeks)
        )

    def touches(self, first: date, last: date) -> bool:
        """Whether any day from `first` to `last`, both included, is one of these."""
        return self.first_common_day(RecurringDays(first, last)) is not None

    def first_common_day(self, other: "RecurringDays") -> date | None:
        """The first day that is of both; without a bound at all it is the first of the calendar."""
        first = max(self.first or date.min, other.first or date.min)
        last = min(self.last or date.max, other.last or date.max)
        if last < first:
            return None
        # After so many weeks both begin anew.
        weeks = range(week_number(first), week_number(last) + 1)[: lcm(self.weeks, other.weeks) + 1]
        for week in weeks:
            day = max(first, date.fromordinal(7 * week + 1))
            if day in self and day in other:
                return day
        return None


EVERY_DAY = RecurringDays()


def week_number(day: date) -> int:
    """Weeks since the calendar's first day, which is a Monday."""
    return (day.toordinal() - 1) // 7
