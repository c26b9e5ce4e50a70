"""Weeks of opening hours, made of their rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from booking.catalogue.clinic_file.fields import Week
from booking.catalogue.clinic_file.mapping import Row
from booking.timegrid.opening_hours import TimeSpan
from booking.timegrid.recurring_days import RecurringDays

Weeks = dict[RecurringDays, Week]
"""A week for each of the days on which it is valid."""


def weeks_by_owner(rows: Iterable[Row]) -> dict[tuple[str, str | None], Weeks]:
    """Of each location, and each practitioner there; None for the location's own."""
    owners: dict[tuple[str, str | None], Weeks] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row["weekday"], row["opens"])):
        days = RecurringDays(row["first_day"], row["last_day"], row["weeks"])
        week = owners[row["location"], row["practitioner"]].setdefault(days, {})
        week[row["weekday"]] = (*week.get(row["weekday"], ()), TimeSpan(row["opens"], row["closes"]))
    return owners


def in_order_of_days(weeks: Mapping[RecurringDays, Week]) -> list[tuple[RecurringDays, Week]]:
    """By the first day; those that always were come first."""
    return sorted(weeks.items(), key=lambda item: _order(item[0]))


def _order(days: RecurringDays) -> tuple[str, ...]:
    return str(days.first or ""), str(days.last or ""), str(days.weeks)
