"""A reader of calendar files that knows no time zone: only what a file's VTIMEZONE says, by its rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Observance:
    kind: str
    start: datetime
    before: timedelta
    after: timedelta
    rule: dict[str, str]

    def onsets(self, year: int) -> Iterator[datetime]:
        """In UTC."""
        if not self.rule:
            yield (self.start - self.before).replace(tzinfo=UTC)
            return
        assert self.rule["FREQ"] == "YEARLY"
        month = int(self.rule["BYMONTH"])
        first = date(year, month, 1)
        days = [first + DAY * n for n in range(31) if (first + DAY * n).month == month]
        match = re.fullmatch(r"(-?\d)?(\w\w)", self.rule["BYDAY"])
        assert match, self.rule
        days = [day for day in days if WEEKDAYS[day.weekday()] == match[2]]
        if match[1]:
            nth = int(match[1])
            days = [days[nth - 1 if nth > 0 else nth]]
        if "BYMONTHDAY" in self.rule:
            allowed = {int(number) for number in self.rule["BYMONTHDAY"].split(",")}
            days = [day for day in days if day.day in allowed]
        [day] = days
        local = datetime.combine(day, self.start.time())
        assert local >= self.start
        yield (local - self.before).replace(tzinfo=UTC)


def read_time_zones(text: str) -> dict[str, list[Observance]]:
    zones: dict[str, list[Observance]] = {}
    lines = text.replace("\r\n ", "").splitlines()
    properties: dict[str, str] = {}
    tzid = ""
    for line in lines:
        name, _, value = line.partition(":")
        if name == "BEGIN" and value in ("STANDARD", "DAYLIGHT"):
            properties = {}
        elif name == "TZID":
            zones[tzid := value] = []
        elif name == "END" and value in ("STANDARD", "DAYLIGHT"):
            known = {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE"}
            assert properties.keys() <= known, properties
            rule = dict(part.split("=") for part in properties.get("RRULE", "").split(";") if part)
            start = datetime.strptime(properties["DTSTART"], "%Y%m%dT%H%M%S")  # noqa: DTZ007
            before, after = _offset(properties["TZOFFSETFROM"]), _offset(properties["TZOFFSETTO"])
            zones[tzid].append(Observance(value, start, before, after, rule))
        else:
            properties[name] = value
    return zones


def instant(local: datetime, observances: list[Observance]) -> datetime:
    """Of a time that comes twice the first (RFC 5545, 3.3.5)."""
    onsets = sorted(
        (onset, each.after)
        for each in observances
        for year in range(local.year - 1, local.year + 2)
        for onset in each.onsets(year)
    )
    found = []
    for offset in {after for _, after in onsets}:
        utc = (local - offset).replace(tzinfo=UTC)
        current = [after for onset, after in onsets if onset <= utc]
        if current and current[-1] == offset:
            found.append(utc)
    return min(found)


def _offset(text: str) -> timedelta:
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
