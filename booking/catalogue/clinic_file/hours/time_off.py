"""Time off that comes again, between the words of a clinic's file and its row."""

from datetime import date, datetime, timedelta

from booking.catalogue.clinic_file.model.practitioners import TimeOffSection
from booking.timegrid.opening_hours import MINUTES_PER_DAY
from booking.timegrid.recurring_times import RecurringTime
from booking.timegrid.ticks import DAY

MINUTE = timedelta(minutes=1)


def is_on_wall_clock(moment: date) -> bool:
    """A day, or a time in whole minutes without an offset: the same whenever it comes again."""
    return not isinstance(moment, datetime) or (
        moment.tzinfo is None and not moment.second and not moment.microsecond
    )


def recurring_time(time_off: TimeOffSection) -> RecurringTime:
    """Of time off that comes again, whose moments are on the wall clock; it may end before it starts."""
    first_day, begins = _split(time_off.starts_at)
    last_day, ends = _split(time_off.ends_at)
    if not isinstance(time_off.ends_at, datetime):
        ends = MINUTES_PER_DAY
    elif not ends:
        last_day, ends = last_day - DAY, MINUTES_PER_DAY
    weeks = None if time_off.every == "year" else time_off.every
    return RecurringTime(first_day, begins, last_day, ends, weeks, time_off.until)


def _split(moment: date) -> tuple[date, int]:
    """The day, and minutes after midnight."""
    if not isinstance(moment, datetime):
        return moment, 0
    return moment.date(), moment.hour * 60 + moment.minute


def first_moments(time: RecurringTime) -> tuple[date, date]:
    """`from` and `to`, as days where they can be."""
    starts_at, ends_at = time.first
    return (
        starts_at if time.begins else time.first_day,
        ends_at if time.ends < MINUTES_PER_DAY else time.last_day,
    )
