"""Values as a clinic's file spells them, the way back from what `fields.py` reads; and as sentences do."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pydantic import PlainSerializer

from booking.i18n.sentences import Sentence, sentence
from booking.timegrid.opening_hours import TimeSpan

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "day": timedelta(days=1)}
# As long as the longest month and year: what must be kept for ten years is kept for ten of any.
LONG_UNITS = UNITS | {"month": timedelta(days=31), "year": timedelta(days=366)}
PLURALS = ("day", "month", "year")


def spell_duration(value: timedelta, units: Mapping[str, timedelta] = UNITS) -> str:
    """In the longest unit that measures it: `"90 min"`, `"2 h"`, `"1 day"`."""
    unit = next((name for name in reversed([*units]) if value and not value % units[name]), "min")
    count = value // units[unit]
    return f"{count} {unit}{'s' if unit in PLURALS and count != 1 else ''}"


def spell_period(value: timedelta) -> str:
    return spell_duration(value, LONG_UNITS)


def spell_duration_or_false(value: timedelta | None) -> str | bool:
    return False if value is None else spell_duration(value)


def spell_clock_time(value: timedelta) -> str:
    return _clock(value // UNITS["min"])


def spell_quiet_hours(value: tuple[timedelta, timedelta] | None) -> str | bool:
    return False if value is None else "-".join(map(spell_clock_time, value))


def spell_week(week: Mapping[int, tuple[TimeSpan, ...]]) -> dict[str, list[str]]:
    """Days in a row with the same times are together: `{"mon-fri": ["07:00-19:00"]}`."""
    spelled = {}
    for spans, days in groupby(range(len(WEEKDAYS)), lambda day: tuple(week.get(day, ()))):
        first, *others = [WEEKDAYS[day] for day in days]
        if spans:
            key = f"{first}-{others[-1]}" if others else first
            spelled[key] = spell_times(spans)
    return spelled


def spell_times(spans: Iterable[TimeSpan]) -> list[str]:
    return [f"{_clock(span.opens)}-{_clock(span.closes)}" for span in spans]


def spell_region(region: str | None) -> str | bool:
    return False if region is None else region


def spell_text(texts: Mapping[str, str]) -> str | dict[str, str]:
    """One text, where all languages have the same."""
    return dict(texts) if len({*texts.values()}) > 1 else next(iter(texts.values()))


def spell_moment(moment: date) -> date:
    """Dates and times stand without quotes."""
    return moment


def weekday(day: int) -> Sentence:
    """The day that the file spells `mon`, as a part of a sentence."""
    return sentence(f"check.weekday.{WEEKDAYS[day]}")


def length(spelled: str) -> Sentence:
    """A duration or period that the file spells `2 days`, likewise."""
    count, unit = spelled.split()
    key = "service.duration" if unit == "min" else f"check.length.{unit.removesuffix('s')}"
    return sentence(key, n=int(count))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


DURATION = PlainSerializer(spell_duration)
DURATION_OR_FALSE = PlainSerializer(spell_duration_or_false)
PERIOD = PlainSerializer(spell_period)
CLOCK_TIME = PlainSerializer(spell_clock_time)
QUIET_HOURS = PlainSerializer(spell_quiet_hours)
WEEK = PlainSerializer(spell_week)
TIMES = PlainSerializer(spell_times)
REGION = PlainSerializer(spell_region)
TEXT = PlainSerializer(spell_text)
MOMENT = PlainSerializer(spell_moment, return_type=Any)
ADDRESS = PlainSerializer(str)
