"""Schedules of Cal.com: a time zone, hours by weekday, and days with other hours."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from booking.imports.clinic import Minutes
from booking.imports.tables import Row, Tables, date_of, text_of
from booking.imports.values import span_of, united

Key = TypeVar("Key")


@dataclass
class Schedule:
    """`week` is by weekday, 0 for Monday; `days` are those with hours of their own, none for a day off."""

    zone: str
    week: dict[int, list[Minutes]] = field(default_factory=dict)
    days: dict[date, list[Minutes]] = field(default_factory=dict)


def schedules_of(tables: Tables, *, since: date) -> dict[str, Schedule]:
    """Schedules by id.

    Raises:
        UnreadableImport: a row has no hours.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in tables.get("Availability", ()):
        rows[text_of(row, "scheduleId")].append(row)
    return {
        (key := text_of(row, "id")): _schedule(text_of(row, "timeZone"), rows[key], since)
        for row in tables.get("Schedule", ())
    }


def _schedule(zone: str, rows: Sequence[Row], since: date) -> Schedule:
    week: dict[int, list[Minutes]] = defaultdict(list)
    days: dict[date, list[Minutes]] = defaultdict(list)
    for row in rows:
        span = span_of(text_of(row, "startTime"), text_of(row, "endTime"))
        day = date_of(row, "date")
        if day is not None:
            if day >= since:
                days[day] += [span] if span else []
        elif span:
            for weekday in _weekdays(text_of(row, "days")):
                week[weekday].append(span)
    return Schedule(zone, _united(week.items()), _united(days.items()))


def _united(spans: Iterable[tuple[Key, list[Minutes]]]) -> dict[Key, list[Minutes]]:
    return {key: united(each) for key, each in spans}


def _weekdays(array: str) -> list[int]:
    """PostgreSQL's array of days, 0 for Sunday there: `{1,2}` -> Monday, Tuesday."""
    return [(int(day) - 1) % 7 for day in array.strip("{}[]").split(",") if day.strip().isdecimal()]
