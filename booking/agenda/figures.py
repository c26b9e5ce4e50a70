"""Figures of visits: how many, what became of them, how long ahead they were booked, how full hours were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from booking.storage.models.appointments import AppointmentStatus

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of some visits. `due` are those that stand and have begun, or whose patient is known not to have come.

    Half of those that stand were booked at most `lead_days` (whole days of 24 hours) before they begin;
    None without any.
    """

    statuses: Mapping[AppointmentStatus, int]
    due: int
    lead_days: int | None

    @property
    def visits(self) -> int:
        """Those that stand: all but the cancelled ones."""
        return sum(self.statuses.values()) - self.cancelled

    @property
    def cancelled(self) -> int:
        return self.statuses.get(AppointmentStatus.CANCELLED, 0)

    @property
    def noshows(self) -> int:
        return self.statuses.get(AppointmentStatus.NOSHOW, 0)

    @property
    def noshow_percent(self) -> int | None:
        """Of the due ones; None without any."""
        return percent(self.noshows, self.due)


@dataclass(frozen=True)
class Fill:
    """Booked time of the hours that are worked, both in minutes.

    Visits count without buffers, squeeze-ins not at all: those are beside the hours.
    """

    booked: int
    working: int

    @property
    def percent(self) -> int | None:
        """None where nobody works. Over 100 where hours were taken away under visits that stand."""
        return percent(self.booked, self.working)


def percent(part: int, whole: int) -> int | None:
    """Rounded to whole ones, halves up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def lower_median(histogram: Mapping[int, int]) -> int | None:
    """The value in the middle, the lower of two; None of nothing. The histogram counts each value."""
    left = (sum(histogram.values()) + 1) // 2
    for value in sorted(histogram):
        left -= histogram[value]
        if left <= 0 < histogram[value]:
            return value
    return None
