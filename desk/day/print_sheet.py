"""The day sheet: all visits of a day by time, and by name."""

from collections.abc import Sequence

from booking.agenda.values import Column, DayAgenda, Visit

Line = tuple[Visit, Column]


def by_time(agenda: DayAgenda) -> Sequence[Line]:
    """Practitioners in the clinic's order where visits start together."""
    lines = [(visit, column) for column in agenda.columns for visit in column.visits]
    return sorted(lines, key=lambda line: line[0].starts_at)


def by_name(agenda: DayAgenda) -> Sequence[Line]:
    """Those without a name last, by reference; a person's visits in order of time."""
    return sorted(by_time(agenda), key=lambda line: _order(line[0]))


def _order(visit: Visit) -> tuple[bool, str]:
    return (True, visit.reference) if visit.name is None else (False, visit.name.casefold())
