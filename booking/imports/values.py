"""Values that several systems spell alike: times of a day, plain texts, languages, zones."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from booking.imports.clinic import Minutes
from booking.imports.errors import UnreadableImport

T = TypeVar("T")
TIME = re.compile(r"(?:1970-01-01[T ])?([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?Z?")
LINE_BREAKS = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
TAGS = re.compile(r"<[a-zA-Z/!][^>]*>")
DAY_ENDS = 1440


def minutes_of(text: str) -> int:
    """The minutes after midnight of a time such as `09:30` or `09:30:00`.

    Raises:
        UnreadableImport: this is no time.
    """
    match = TIME.fullmatch(text.strip())
    if not match or int(match[1]) > 24 or int(match[2]) > 59:
        raise UnreadableImport(f"{text!r} should be a time of a day, such as 09:30")
    return min(int(match[1]) * 60 + int(match[2]), DAY_ENDS)


def span_of(opens: str, closes: str) -> Minutes | None:
    """A stretch of a day, up to midnight where it ends at 23:59 or 00:00.

    None if it is empty, as from 00:00 to 00:00, or would end before it begins.
    """
    first, last = minutes_of(opens), minutes_of(closes)
    if first == last:
        return None
    last = DAY_ENDS if last in (0, DAY_ENDS - 1) else last
    return (first, last) if first < last else None


def united(spans: Iterable[Minutes]) -> list[Minutes]:
    """The same time as stretches in order that don't touch."""
    whole: list[Minutes] = []
    for opens, closes in sorted(spans):
        if whole and opens <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], closes))
        else:
            whole.append((opens, closes))
    return whole


def without(spans: Iterable[Minutes], taken: Iterable[Minutes]) -> list[Minutes]:
    """The stretches less what is taken."""
    left = united(spans)
    for begins, ends in taken:
        left = [
            piece
            for opens, closes in left
            for piece in ((opens, min(closes, begins)), (max(opens, ends), closes))
            if piece[0] < piece[1]
        ]
    return left


def in_ticks(spans: Iterable[Minutes]) -> list[Minutes]:
    """The multiples of 5 minutes inside."""
    rounded = ((-(-opens // 5) * 5, closes // 5 * 5) for opens, closes in spans)
    return [(opens, closes) for opens, closes in rounded if opens < closes]


def plain_text(text: str) -> str:
    """Text without the tags of HTML; its paragraphs are lines."""
    text = html.unescape(TAGS.sub("", LINE_BREAKS.sub("\n", text)))
    lines = ("".join(char for char in line if char.isprintable()).strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_line(text: str, longest: int = 200) -> str:
    """The same as one line of this length at most."""
    return " ".join(plain_text(text).split())[:longest].strip()


def zone_or(name: str, otherwise: str) -> str:
    """The zone, if there is one of the name."""
    return name if name in available_timezones() else otherwise


def clinic_zone(names: Iterable[str]) -> str:
    """The first that is a zone.

    Raises:
        UnreadableImport: none is.
    """
    zone = next((name for name in names if zone_or(name, "")), None)
    if zone is None:
        raise UnreadableImport(
            "there is no time zone in it: name the clinic's, such as --time-zone America/Toronto"
        )
    return zone


def instant(wall: datetime, zone: str) -> datetime:
    """The instant of a time on a zone's clock, the first one where the clock shows it twice."""
    return (wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def wall_time(moment: datetime, zone: str) -> datetime:
    """The time on the zone's clock, without an offset."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def length_in_minutes(starts_at: datetime, ends_at: datetime) -> int:
    return (ends_at - starts_at) // timedelta(minutes=1)


def most_common(values: Sequence[T]) -> T | None:
    """The first of those that are there most often; None if there are none."""
    return Counter(values).most_common(1)[0][0] if values else None
