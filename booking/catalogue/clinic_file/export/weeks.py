"""Hours of weeks and of single days, made of their rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from booking.catalogue.clinic_file.hours.weeks import Week
from booking.catalogue.clinic_file.mapping import Row
from booking.catalogue.clinic_file.model.locations import SpecialHoursSection
from booking.catalogue.clinic_file.model.practitioners import ExtraHoursSection
from booking.timegrid.opening_hours import TimeSpan
from booking.timegrid.recurring_days import RecurringDays

Weeks = dict[RecurringDays, Week]
"""A week for each of the days on which it is valid."""
DayTimes = dict[date, tuple[TimeSpan, ...]]


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


def day_hours_by_owner(rows: Iterable[Row]) -> dict[tuple[str, str | None], DayTimes]:
    """Likewise, in the order of their days."""
    owners: dict[tuple[str, str | None], DayTimes] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row["day"], row["opens"])):
        days = owners[row["location"], row["practitioner"]]
        days[row["day"]] = (*days.get(row["day"], ()), TimeSpan(row["opens"], row["closes"]))
    return owners


def special_hours(days: DayTimes) -> list[SpecialHoursSection]:
    return [SpecialHoursSection.model_construct(date=day, times=times) for day, times in days.items()]


def extra_hours(days: DayTimes, location: str | None) -> list[ExtraHoursSection]:
    return [
        ExtraHoursSection.model_construct(date=day, times=times, location=location)
        for day, times in days.items()
    ]


def _order(days: RecurringDays) -> tuple[str, ...]:
    return str(days.first or ""), str(days.last or ""), str(days.weeks)
