"""When practitioners are away by the clinic's file: once, and what comes again."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.storage.models.catalogue.hours import RecurringTimeOff
from booking.storage.queries.catalogue import recurring_time_off_of, time_off_between
from booking.storage.session import BookingSession
from booking.timegrid.recurring_times import RecurringTime
from booking.timegrid.ticks import DAY
from booking.timegrid.wall_clock import stretch_on_wall_clock


class TimeAway(NamedTuple):
    """A practitioner is away from the first instant up to the second, at every location."""

    practitioner: str
    starts_at: datetime
    ends_at: datetime


async def times_away(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str]
) -> list[TimeAway]:
    """Those that touch the stretch, in no order. Two statements, however many there are."""
    away = [
        TimeAway(row.practitioner, row.starts_at, row.ends_at)
        for row in await time_off_between(session, start, end, practitioners=practitioners)
    ]
    for row in await recurring_time_off_of(session, practitioners):
        away += (each for each in _times_of(row, start, end) if each.starts_at < end and each.ends_at > start)
    return away


def _times_of(row: RecurringTimeOff, start: datetime, end: datetime) -> list[TimeAway]:
    """From the first zone's clock to the last one's: nobody is booked on a day off."""
    recurring = RecurringTime(row.first_day, row.begins, row.last_day, row.ends, row.weeks, row.until)
    zones = [ZoneInfo(name) for name in row.time_zones]
    times = []
    # A clock is a day from UTC at most.
    for wall in recurring.between((start - DAY).date(), (end + DAY).date()):
        starts, ends = zip(*(stretch_on_wall_clock(*wall, zone) for zone in zones))
        if min(starts) < max(ends):
            times.append(TimeAway(row.practitioner, min(starts), max(ends)))
    return times
