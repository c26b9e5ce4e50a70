"""The texts of our mails in one language, and dates and times in its words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Voice:
    """`zones` are the names of North America's zones; others are named as the zone names itself."""

    language: str
    direction: str
    weekdays: Sequence[str]
    months: Sequence[str]
    zones: Mapping[str, str]
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        return self.texts[key].format(**values)

    def count(self, key: str, n: int) -> str:
        return self.say(f"{key}.one" if n == 1 else f"{key}.other", n=n)

    def label(self, name: str, value: str) -> str:
        """`When: Tuesday`."""
        return self.say("label", name=name, value=value)

    def day(self, day: date) -> str:
        """`Tuesday, November 24`."""
        return self.say(
            "day",
            weekday=self.weekdays[day.weekday()],
            month=self.months[day.month - 1],
            day=self.say("day.first") if day.day == 1 else day.day,
        )

    def time(self, at: datetime) -> str:
        """`Tuesday, November 24, 9:15 a.m.` where its zone is; with the zone if that comes twice."""
        return self.say("dayAndTime", day=self.day(at), time=self.clock(at))

    def span(self, start: datetime, end: datetime) -> str:
        """`9:15 a.m. to 10:00 a.m. EST`; both times of one zone."""
        clocks_change = start.utcoffset() != end.utcoffset()
        return self.say("span", start=self.clock(start, zoned=clocks_change), end=self.clock(end, zoned=True))

    def clock(self, at: datetime, *, zoned: bool | None = None) -> str:
        """`9:15 a.m.` where its zone is; with the zone if that comes twice, unless `zoned` says otherwise."""
        zoned = _is_ambiguous(at) if zoned is None else zoned
        half = "clock.am" if at.hour < 12 else "clock.pm"
        told = self.say(half, hour=at.hour, hour12=(at.hour - 1) % 12 + 1, minute=f"{at.minute:02}")
        return f"{told}{NO_BREAK}{self.zone(at)}" if zoned else told

    def zone(self, at: datetime) -> str:
        """`EST`."""
        name = at.tzname() or ""
        if name.startswith(("+", "-")):
            return f"UTC{name}"
        # China's CST is not Winnipeg's.
        is_american = isinstance(at.tzinfo, ZoneInfo) and str(at.tzinfo).startswith(("America/", "Canada/"))
        return self.zones.get(name, name) if is_american else name


def has_language(language: str) -> bool:
    """`fr-CA` is content with `fr`."""
    return _base_language(language) in _languages()


def voice_for(language: str) -> Voice:
    """English where we don't speak it."""
    return _voice(_base_language(language) if has_language(language) else "en")


def _base_language(language: str) -> str:
    return language.partition("-")[0].lower()


@cache
def _languages() -> frozenset[str]:
    return frozenset(path.stem for path in FOLDER.glob("*.json"))


@cache
def _voice(language: str) -> Voice:
    return Voice(language, **json.loads((FOLDER / f"{language}.json").read_text("utf-8")))


def _is_ambiguous(at: datetime) -> bool:
    """When clocks go back, an hour comes twice."""
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
