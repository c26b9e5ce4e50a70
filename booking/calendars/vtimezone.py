"""Times of a calendar file: local with a VTIMEZONE where a rule tells exactly what they are, else in UTC.

A VTIMEZONE has one STANDARD, and one DAYLIGHT where clocks change, each with a yearly rule: calendars that
know the zone's name ignore it, and others read no list of onsets that ends some day.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from booking.timegrid.ticks import DAY
from booking.timegrid.zone_rules import LAST_WEEK, Change, ZoneRules, zone_rules

FIRST_YEAR = 1970
WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
FEBRUARY = 2


def calendar_times(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both in the zone if its rule gives exactly these instants back, else both in UTC.

    In UTC are times that come twice, visits during which the clocks change, and whatever another rule
    than today's holds for.
    """
    local = starts_at.astimezone(zone), ends_at.astimezone(zone)
    offsets = {each.utcoffset() for each in local}
    rules = zone_rules(zone.key)
    if rules and len(offsets) == 1 and is_writable(rules):
        readings = (rules.offsets_on_wall(each.replace(tzinfo=None, fold=0)) for each in local)
        if all(reading == offsets for reading in readings):
            return local
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def time_zone_components(times: Iterable[datetime]) -> list[Timezone]:
    """A VTIMEZONE for each zone of the times, by name."""
    keys = {each.tzinfo.key for each in times if isinstance(each.tzinfo, ZoneInfo)}
    return [_component(key, rules) for key in sorted(keys) if (rules := zone_rules(key))]


def is_writable(rules: ZoneRules) -> bool:
    return all(recurrence(change) is not None for change in rules.changes)


def recurrence(change: Change) -> vRecur | None:
    """The yearly rule; None if its days leave the month, which RFC 5545 can't say by a weekday."""
    shift = change.time // DAY
    weekday = WEEKDAYS[(change.weekday + shift) % 7]
    rule = {"FREQ": "YEARLY", "BYMONTH": change.month}
    if not shift:
        nth = -1 if change.week == LAST_WEEK else change.week
        return vRecur(rule | {"BYDAY": f"{nth}{weekday}"})
    days = monthrange(FIRST_YEAR, change.month)[1]
    if change.week == LAST_WEEK:
        if change.month == FEBRUARY:
            return None
        first = days - 6 + shift
    else:
        first = 7 * (change.week - 1) + 1 + shift
    if first < 1 or first + 6 > days:
        return None
    return vRecur(rule | {"BYMONTHDAY": list(range(first, first + 7)), "BYDAY": weekday})


def _component(key: str, rules: ZoneRules) -> Timezone:
    zone = Timezone()
    zone.add("tzid", key)
    if not rules.changes:
        name, offset = rules.standard.name, rules.standard.offset
        onset = datetime.combine(date(FIRST_YEAR, 1, 1), time())
        zone.add_component(_observance(TimezoneStandard(), name, onset, offset, offset))
    for change in sorted(rules.changes, key=lambda change: change.after.offset):
        # By the offsets: Ireland's law calls its summer time the standard.
        is_daylight = change.after.offset > change.before.offset
        part = _observance(
            TimezoneDaylight() if is_daylight else TimezoneStandard(),
            change.after.name,
            change.onset(FIRST_YEAR),
            change.before.offset,
            change.after.offset,
        )
        part.add("rrule", recurrence(change))
        zone.add_component(part)
    return zone


def _observance(
    part: TimezoneStandard | TimezoneDaylight, name: str, onset: datetime, before: timedelta, after: timedelta
) -> TimezoneStandard | TimezoneDaylight:
    """`onset` is on the clock that is left, as `DTSTART` is to be."""
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after)
    part.add("tzname", name)
    return part
