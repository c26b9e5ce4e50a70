"""Busy intervals of calendar files: when, and nothing else. Recurrences are expanded within a horizon."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from booking.calendars.busy.calendar_text import CalendarText, take_apart
from booking.calendars.busy.intervals import BusyIntervals, Interval, merged

MAX_OCCURRENCES = 50_000
"""In the whole horizon; the fullest calendar of a practitioner has some thousands."""
FREE_IN_OUTLOOK = "FREE"


class TooManyOccurrences(Exception):
    """The entries occur more often than anybody's do."""


def busy_intervals(texts: Iterable[str], *, zone: ZoneInfo, start: datetime, end: datetime) -> BusyIntervals:
    """The busy time of the files between two instants.

    Times without a zone, and whole days, are those of the calendar's own zone (X-WR-TIMEZONE) or else of
    `zone`. What is cancelled, or shown as free, makes nobody busy; what is tentative does.

    Raises:
        NotACalendar: a text is no calendar file.
        TooManyOccurrences: there are more than `MAX_OCCURRENCES`.
    """
    found: list[Interval] = []
    unread = 0
    for text in texts:
        file = take_apart(text, first=start.date(), last=end.date())
        _register_zones(file)
        for group in file.groups:
            try:
                for interval in _intervals_of(group, file, zone, start, end):
                    found.append(interval)
                    if len(found) > MAX_OCCURRENCES:
                        raise TooManyOccurrences
            except TooManyOccurrences:
                raise
            except Exception:  # The text is somebody else's, and the libraries raise whatever comes.
                unread += 1
    clipped = ((max(first, start), min(last, end)) for first, last in found)
    return BusyIntervals(merged(interval for interval in clipped if interval[0] < interval[1]), unread)


def _register_zones(file: CalendarText) -> None:
    """Once for all groups: icalendar remembers the zones that a file defines."""
    icalendar.Calendar.from_ical(_text(file.head))


def _intervals_of(
    group: Sequence[str], file: CalendarText, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[Interval]:
    head = [line for line in file.head if line.upper().startswith("X-WR-TIMEZONE")]
    calendar = icalendar.Calendar.from_ical(_text([*head, *group]))
    own_zone = _zone_named(str(calendar.get("X-WR-TIMEZONE", ""))) or zone
    recurs = any("RRULE" in event or "RDATE" in event for event in calendar.walk("VEVENT"))
    occurrences = recurring_ical_events.of(calendar).between(start - timedelta(days=2), end)
    if len(occurrences) > MAX_OCCURRENCES:
        raise TooManyOccurrences
    events = (_interval_of(event, own_zone, recurs=recurs) for event in occurrences if _makes_busy(event))
    return chain(events, _free_busy(calendar, own_zone))


def _makes_busy(event: Any) -> bool:
    return (
        str(event.get("STATUS", "")).upper() != "CANCELLED"
        and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"
        and str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() != FREE_IN_OUTLOOK
    )


def _interval_of(event: Any, zone: ZoneInfo, *, recurs: bool) -> Interval:
    first, last = event.start, event.end
    starts_at, ends_at = _instant(first, zone), _instant(last, zone)
    if recurs and isinstance(first, datetime):
        # On the night of a clock change a recurrence lasts as long as always (RFC 5545, 3.8.5.3), or up to
        # the same time on the clock, as most programs show it: nobody is booked into either.
        ends_at = max(ends_at, starts_at + (last.replace(tzinfo=None) - first.replace(tzinfo=None)))
    return starts_at, ends_at


def _free_busy(calendar: Any, zone: ZoneInfo) -> Iterator[Interval]:
    """The periods of VFREEBUSY components."""
    for component in calendar.walk("VFREEBUSY"):
        found = component.get("FREEBUSY", [])
        for entry in found if isinstance(found, list) else [found]:
            if str(entry.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                for period in getattr(entry, "dts", [entry]):
                    yield _instant(period.start, zone), _instant(period.end, zone)


def _instant(value: date, zone: ZoneInfo) -> datetime:
    """Of a day its beginning, of a time without a zone that of the zone's clock."""
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _zone_named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, LookupError):
        return None


def _text(lines: Iterable[str]) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])
