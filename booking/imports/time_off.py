"""Days with other hours than the week's, as time off in a clinic's file."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from booking.imports.clinic import ForeignPractitioner, Minutes
from booking.imports.notes import Notes
from booking.imports.values import DAY_ENDS, without
from booking.timegrid.opening_hours import clock_time

DAY = timedelta(days=1)


def time_off_content(each: ForeignPractitioner, notes: Notes) -> list[dict[str, date]]:
    """The practitioner's time off, in order: whole days, and times on the clock.

    A clinic's file has no extra hours on single days; `notes` name them.
    """
    days, times = [], [*each.time_off]
    for day, spans in each.days.items():
        usual = each.week.get(day.weekday(), ())
        left, extra = without(usual, spans), without(spans, usual)
        if extra:
            shown = ", ".join(f"{clock_time(opens)}-{clock_time(closes)}" for opens, closes in extra)
            notes.add(
                "Extra hours on single days: add them at the desk, under blocked time",
                f"{each.name}: {day} {shown}",
            )
        if not spans:
            days.append(day)
        else:
            times += [_on(day, piece) for piece in left]
    off: list[dict[str, date]] = [{"from": first, "to": last} for first, last in _runs(days)]
    off += [{"from": begins, "to": ends} for begins, ends in times]
    return sorted(off, key=lambda item: (item["from"].isoformat(), item["to"].isoformat()))


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in a row as their first and last."""
    first: date | None = None
    last = date.min
    for day in sorted(days):
        if first is not None and day - last > DAY:
            yield first, last
            first = day
        first, last = first or day, day
    if first is not None:
        yield first, last


def _on(day: date, span: Minutes) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time.min)
    opens, closes = (midnight + timedelta(minutes=minute) for minute in span)
    return opens, closes if span[1] < DAY_ENDS else midnight + DAY
