"""The clinic's booking policy: how soon, how far ahead and how late a visit may be booked or changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

MAX_VISITS = 12
"""The most visits that a course can have."""


@dataclass(frozen=True)
class BookingPolicy:
    slot_step: timedelta
    minimum_notice: timedelta
    horizon: timedelta
    hold_length: timedelta
    cancellation_notice: timedelta

    def earliest_start(self, now: datetime) -> datetime:
        return now + self.minimum_notice

    def last_day(self, today: date) -> date:
        """The last day that can be booked, on the same calendar as `today`."""
        return today + timedelta(days=self.horizon.days)

    def change_deadline(self, starts_at: datetime) -> datetime:
        """The last instant at which a visit can be moved or cancelled online."""
        return starts_at - self.cancellation_notice
