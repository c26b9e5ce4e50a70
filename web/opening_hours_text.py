"""Weekly hours as people write them: "Monday to Friday", "7:00 am to 7:00 pm"."""

from collections.abc import Sequence
from itertools import groupby

DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}


def opening_hours_text(hours: Sequence[tuple[int, int, int]], language: str) -> list[tuple[str, str]]:
    """(weekday, opens, closes) in minutes -> (days, times), days with the same times in a row as one."""
    by_day = {
        day: ", ".join(_span(opens, closes, language) for _, opens, closes in spans)
        for day, spans in groupby(sorted(hours), key=lambda span: span[0])
    }
    lines = []
    # Days in a row differ from their place in the list of open days by the same number.
    runs = groupby(enumerate(by_day.items()), key=lambda item: (item[1][0] - item[0], item[1][1]))
    for (_, times), run in runs:
        days = [DAYS[language][day] for _, (day, _) in run]
        lines.append((_from_to(days[0], days[-1], language), times))
    return lines


def _from_to(first: str, last: str, language: str) -> str:
    if first == last:
        return first.capitalize()
    return f"{first} to {last}" if language == "en" else f"Du {first} au {last}"


def _span(opens: int, closes: int, language: str) -> str:
    join = " to " if language == "en" else " à "
    return f"{_clock(opens, language)}{join}{_clock(closes, language)}"


def _clock(minutes: int, language: str) -> str:
    hour, minute = divmod(minutes, 60)
    if language == "fr":
        return f"{hour} h {minute:02}" if minute else f"{hour} h"
    return f"{(hour - 1) % 12 + 1}:{minute:02} {'am' if hour % 24 < 12 else 'pm'}"
