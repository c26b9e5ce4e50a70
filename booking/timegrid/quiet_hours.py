"""Quiet hours: when nobody is sent anything, on the wall clock of the clinic's zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.timegrid.ticks import DAY


@dataclass(frozen=True)
class QuietHours:
    """From one time on the wall to another, as what has passed since midnight; mostly through the night."""

    begin: timedelta
    end: timedelta

    def around(self, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """The first and the last instant of those that `at` is in (half-open); None if it is in none."""
        today = at.astimezone(zone).date()
        for day in (today - DAY, today):
            last_day = day if self.begin < self.end else day + DAY
            begin, end = on_the_wall(day, self.begin, zone), on_the_wall(last_day, self.end, zone)
            if begin <= at < end:
                return begin, end
        return None

    def until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The end of the quiet hours that are now; None while there are none."""
        around = self.around(now, zone)
        return around[1] if around else None


def on_the_wall(day: date, time: timedelta, zone: ZoneInfo) -> datetime:
    """The instant at which the zone's clock shows the time; where it skips it, as much after the skip."""
    return (datetime.combine(day, datetime.min.time()) + time).replace(tzinfo=zone).astimezone(UTC)
