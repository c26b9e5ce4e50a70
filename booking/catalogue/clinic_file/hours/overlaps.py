"""Whether the hours of a practitioner, as a clinic's file has them, meet at one place or at two."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from math import lcm
from zoneinfo import ZoneInfo

from booking.catalogue.clinic_file.hours.weeks import Week
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.practitioners import ExtraHoursSection, WorkingHoursSection
from booking.catalogue.clinic_file.spelling import weekday
from booking.i18n.sentences import Sentence
from booking.timegrid.opening_hours import subtract_spans
from booking.timegrid.recurring_days import EVERY_DAY, RecurringDays
from booking.timegrid.ticks import DAY

WEEK = 7
WEEKS_OF_A_YEAR = 53
FIRST, LAST = date(1900, 1, 1), date(9998, 12, 31)
"""The days that a file may name, with others around in every zone."""
WINTER, SUMMER = date(2027, 1, 4), date(2027, 7, 5)
"""Mondays. Hours without days are compared in their weeks."""
Stretch = tuple[datetime, datetime]


def place_of(file: ClinicFile, hours: WorkingHoursSection | ExtraHoursSection) -> str:
    return hours.location or file.locations[0].slug


def hours_without_breaks(hours: WorkingHoursSection) -> Week:
    return {day: subtract_spans(spans, hours.breaks.get(day, ())) for day, spans in hours.week.items()}


def day_at_both(
    file: ClinicFile, hours: WorkingHoursSection, other: WorkingHoursSection, travel_minutes: int = 0
) -> Sentence | str | None:
    """A day with time at two places at once, or with less than the travel time between; or None.

    A weekday, or a date where one of the two is only valid on some days. Compared as instants; hours without
    days in winter and in summer, others on the first days on which both are valid, for all weeks that differ.
    """
    zones = {location.slug: location.time_zone or file.clinic.time_zone for location in file.locations}
    place, other_place = place_of(file, hours), place_of(file, other)
    if other_place == place or not {place, other_place} <= zones.keys():
        return None
    zone, other_zone = ZoneInfo(zones[place]), ZoneInfo(zones[other_place])
    week, other_week = hours_without_breaks(hours), hours_without_breaks(other)
    travel = timedelta(minutes=travel_minutes)
    around = range(-1 - travel // DAY, 2 + travel // DAY)
    for day in _days_to_compare(hours.days, other.days, in_one_zone=zone == other_zone):
        here = [*_stretches(day, week, hours.days, zone)]
        if not here:
            continue
        there = chain.from_iterable(
            _stretches(day + way * DAY, other_week, other.days, other_zone) for way in around
        )
        if _meet(here, [*there], travel):
            is_dated = hours.days != EVERY_DAY or other.days != EVERY_DAY
            return str(day) if is_dated else weekday(day.weekday())
    return None


def _days_to_compare(days: RecurringDays, other: RecurringDays, *, in_one_zone: bool) -> Iterator[date]:
    """Days of the first hours, in order: those after them have the same pairs of weeks again."""
    if days == other == EVERY_DAY:
        for monday in (WINTER,) if in_one_zone else (WINTER, SUMMER):
            yield from (monday + number * DAY for number in range(WEEK))
        return
    both = lcm(days.weeks, other.weeks)
    weeks = both if in_one_zone else both * -(-WEEKS_OF_A_YEAR // both)
    last = min(each.last or LAST for each in (days, other))
    firsts = [each.first for each in (days, other) if each.first]
    first = max(firsts) if firsts else max(FIRST, last - weeks * WEEK * DAY)
    # The neighbours: where zones differ, one place's day is partly another's.
    for number in range(-1, min((last - first).days + 2, (weeks + 1) * WEEK)):
        yield first + number * DAY


def _stretches(day: date, week: Week, days: RecurringDays, zone: ZoneInfo) -> Iterator[Stretch]:
    if day in days:
        midnight = datetime.combine(day, time())
        for span in week.get(day.weekday(), ()):
            opens, closes = (midnight + timedelta(minutes=each) for each in (span.opens, span.closes))
            yield opens.replace(tzinfo=zone).astimezone(UTC), closes.replace(tzinfo=zone).astimezone(UTC)


def _meet(here: Iterable[Stretch], there: Iterable[Stretch], travel: timedelta) -> bool:
    return any(
        start < other_end + travel and other_start < end + travel
        for start, end in here
        for other_start, other_end in there
    )
