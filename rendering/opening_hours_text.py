"""Weekly hours as people write them: "Monday to Friday", "7:00 am to 7:00 pm"."""

from collections.abc import Sequence
from itertools import groupby

from booking.i18n.texts import Texts


def opening_hours_text(hours: Sequence[tuple[int, int, int]], texts: Texts) -> list[tuple[str, str]]:
    """(weekday, opens, closes) in minutes -> (days, times), days with the same times in a row as one."""
    by_day = {
        day: ", ".join(_span(opens, closes, texts) for _, opens, closes in spans)
        for day, spans in groupby(sorted(hours), key=lambda span: span[0])
    }
    lines = []
    # Days in a row differ from their place in the list of open days by the same number.
    runs = groupby(enumerate(by_day.items()), key=lambda item: (item[1][0] - item[0], item[1][1]))
    for (_, times), run in runs:
        days = [texts.weekday(day) for _, (day, _) in run]
        first, last = days[0], days[-1]
        lines.append(
            (texts("days.span", first=first, last=last) if len(days) > 1 else first.capitalize(), times)
        )
    return lines


def _span(opens: int, closes: int, texts: Texts) -> str:
    return texts("clock.span", start=texts.opening_time(opens), end=texts.opening_time(closes))
