"""Bars of the charts. Their values are in the table below each as well."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.agenda.numbers import Numbers
from booking.storage.models.appointments import AppointmentStatus
from desk.numbers.lines import Group, Line
from desk.numbers.wording import Wording


@dataclass(frozen=True)
class Bar:
    """`width` is an SVG length: a share of the whole, never more than that."""

    name: str
    value: str
    width: str


def status_bars(numbers: Numbers, wording: Wording) -> Sequence[Bar]:
    """What became of all visits, one bar for each status that there is."""
    statuses = numbers.total.statuses
    whole = sum(statuses.values())
    return [
        Bar(wording.status(status), wording.number(statuses[status]), _share(statuses[status], whole))
        for status in AppointmentStatus
        if statuses.get(status)
    ]


def group_bars(group: Group, wording: Wording) -> Sequence[Bar]:
    """How full each practitioner's hours are; how many visits are of each service or source."""
    if group.kind == "practitioner":
        return [_fill_bar(line, wording) for line in group.lines]
    most = max((line.figures.visits for line in group.lines), default=0)
    return [
        Bar(line.name, wording.number(line.figures.visits), _share(line.figures.visits, most))
        for line in group.lines
    ]


def _fill_bar(line: Line, wording: Wording) -> Bar:
    if line.fill is None or not line.fill.working:
        return Bar(line.name, wording.percent(None), _share(0, 1))
    return Bar(line.name, wording.percent(line.fill.percent), _share(line.fill.booked, line.fill.working))


def _share(part: int, whole: int) -> str:
    """In tenths of a percent: `12.5%`."""
    whole_percent, tenth = divmod(min(1000 * part // whole, 1000) if whole else 0, 10)
    return f"{whole_percent}.{tenth}%"
