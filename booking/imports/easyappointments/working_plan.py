"""Working plans of Easy!Appointments: a JSON of weekdays, and days that differ from it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from booking.imports.clinic import Minutes
from booking.imports.errors import UnreadableImport
from booking.imports.tables import Row, date_of, json_of, text_of
from booking.imports.values import span_of, without

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)


def week_of(settings: Row) -> dict[int, list[Minutes]]:
    """The week of a provider's settings.

    Raises:
        UnreadableImport: this is no working plan.
    """
    plan = json_of(settings, "working_plan") or {}
    if not isinstance(plan, Mapping):
        raise UnreadableImport("a column working_plan has something else than days")
    hours = {number: _hours(plan.get(day)) for number, day in enumerate(WEEKDAYS)}
    return {day: spans for day, spans in hours.items() if spans}


def days_of(settings: Row, exceptions: Sequence[Row], *, since: date) -> dict[date, list[Minutes]]:
    """Days with hours of their own: rows since version 1.6, in the settings before.

    Raises:
        UnreadableImport: these are no days.
    """
    days: dict[date, list[Minutes]] = {}
    former = json_of(settings, "working_plan_exceptions") or {}
    if isinstance(former, Mapping):  # PHP writes an empty object as a list.
        for text, plan in former.items():
            days[_day(text)] = _hours(plan)
    for row in exceptions:
        first, last = date_of(row, "start_date"), date_of(row, "end_date")
        if first is None or last is None:
            continue
        plan = {
            "start": text_of(row, "start_time"),
            "end": text_of(row, "end_time"),
            "breaks": json_of(row, "breaks"),
        }
        day = max(first, since)
        while day <= min(last, since + 366 * DAY):
            days[day] = _hours(plan)
            day += DAY
    return {day: spans for day, spans in sorted(days.items()) if day >= since}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as reason:
        raise UnreadableImport(f"{text!r} should be a day, such as 2030-01-31") from reason


def _hours(plan: Any) -> list[Minutes]:
    """The stretches of a day without its breaks; none for a day off."""
    if not isinstance(plan, Mapping) or not plan.get("start") or not plan.get("end"):
        return []
    span = span_of(str(plan["start"]), str(plan["end"]))
    breaks = [
        pause
        for each in plan.get("breaks") or []
        if isinstance(each, Mapping) and (pause := span_of(str(each.get("start")), str(each.get("end"))))
    ]
    return without([span], breaks) if span else []
