"""The rule by which a time zone changes its clocks from now on, as the end of its TZif file says it.

That line has POSIX's form (RFC 9636, 3.3): `EST5EDT,M3.2.0,M11.1.0` changes on the second Sunday of March
and the first of November, at 02:00 on the clock that is then left.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files

LAST_WEEK = 5
_NAME = r"(?:<([^>]+)>|([A-Za-z]{3,}))"
_TIME = r"([+-]?)(\d{1,3})(?::(\d\d))?(?::(\d\d))?"
_STANDARD = re.compile(rf"{_NAME}{_TIME}")
_DAYLIGHT = re.compile(rf"{_NAME}(?:{_TIME})?")
_CHANGE = re.compile(rf",M(\d+)\.(\d)\.(\d)(?:/{_TIME})?")
_USUAL_TIME = timedelta(hours=2)


@dataclass(frozen=True)
class Period:
    """A name of the zone's time, "EST", and its offset from UTC."""

    name: str
    offset: timedelta


@dataclass(frozen=True)
class Change:
    """A yearly change of the clocks: `time` after midnight of the `week`-th `weekday` of the month.

    `weekday` is 0 for Sunday; `week` 5 is the last. `time` may be below zero or over a day.
    """

    month: int
    week: int
    weekday: int
    time: timedelta
    before: Period
    after: Period

    def onset(self, year: int) -> datetime:
        """On the clock that is left, without a zone."""
        first_weekday, days = monthrange(year, self.month)
        day = 1 + (self.weekday - (first_weekday + 1)) % 7 + 7 * (self.week - 1)
        if day > days:
            day -= 7
        return datetime.combine(date(year, self.month, day), time()) + self.time

    def instant(self, year: int) -> datetime:
        return (self.onset(year) - self.before.offset).replace(tzinfo=UTC)


@dataclass(frozen=True)
class ZoneRules:
    """`standard` all year, or two changes a year: to daylight saving and back."""

    standard: Period
    changes: tuple[Change, ...] = ()

    def offset(self, instant: datetime) -> timedelta:
        changes = (
            (change.instant(year), change.after.offset)
            for year in range(instant.year - 1, instant.year + 2)
            for change in self.changes
        )
        past = [each for each in changes if each[0] <= instant]
        return max(past)[1] if past else self.standard.offset

    def offsets_on_wall(self, local: datetime) -> set[timedelta]:
        """The offsets with which a clock may show the local time: none in a gap, two where it comes twice."""
        periods = {self.standard, *(change.after for change in self.changes)}
        instants = ((period.offset, (local - period.offset).replace(tzinfo=UTC)) for period in periods)
        return {offset for offset, instant in instants if self.offset(instant) == offset}


@lru_cache(maxsize=256)
def zone_rules(key: str) -> ZoneRules | None:
    """The rule of the zone; None if it has none of this form."""
    data = files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()
    footer = data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")
    return parse_rules(footer)


def parse_rules(text: str) -> ZoneRules | None:
    """From POSIX's form; None where the text has another, or changes by the day of the year."""
    first = _STANDARD.match(text)
    if first is None:
        return None
    one = _period(first)
    if first.end() == len(text):
        return ZoneRules(one)
    second = _DAYLIGHT.match(text, first.end())
    if second is None:
        return None
    other = _period(second, usual=one.offset + timedelta(hours=1))
    to_other = _CHANGE.match(text, second.end())
    to_one = to_other and _CHANGE.fullmatch(text, to_other.end())
    if not (to_other and to_one):
        return None
    return ZoneRules(one, (_change(to_other, one, other), _change(to_one, other, one)))


def _period(match: re.Match[str], *, usual: timedelta = timedelta()) -> Period:
    bracketed, plain, sign, hours, minutes, seconds = match.groups()
    # POSIX counts westward.
    offset = usual if hours is None else -_duration(sign, hours, minutes, seconds)
    return Period(bracketed or plain, offset)


def _change(match: re.Match[str], before: Period, after: Period) -> Change:
    month, week, weekday, sign, hours, minutes, seconds = match.groups()
    time = _USUAL_TIME if hours is None else _duration(sign, hours, minutes, seconds)
    return Change(int(month), int(week), int(weekday), time, before, after)


def _duration(sign: str, hours: str, minutes: str | None, seconds: str | None) -> timedelta:
    length = timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0))
    return -length if sign == "-" else length
