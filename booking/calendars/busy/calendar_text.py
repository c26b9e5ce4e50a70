"""The text of a calendar file (RFC 5545), taken apart into the groups of entries that share a UID.

Each group is read by itself, so that one entry that is wrong spoils no other; and entries that are plainly
over are left out before anybody reads them: a calendar of ten years has thousands.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

OWN_UID = "@book-online"
"""Ends the UID of what this program writes into calendars: its own visits make nobody busy elsewhere."""
READ = {"VEVENT", "VFREEBUSY"}
TELLS_WHEN = {
    *(
        "BEGIN",
        "END",
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
    ),
    *("RECURRENCE-ID", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY"),
}
"""All that is read of an entry. Titles, places and people are left out before anything looks at them."""
FOLD = re.compile(r"\r?\n[ \t]")
NAME = re.compile(r"[A-Za-z0-9-]+")
DAY = re.compile(r"\d{8}")
MARGIN = timedelta(days=2)
"""More than any zone's offset."""


class NotACalendar(Exception):
    """The text is no iCalendar file."""


@dataclass(frozen=True)
class CalendarText:
    """`head` has the lines of the calendar itself and of its time zones, each group those of its entries."""

    head: Sequence[str]
    groups: Sequence[Sequence[str]]


def take_apart(text: str, *, first: date, last: date) -> CalendarText:
    """The groups that may have something between the two days; our own visits are left out.

    Raises:
        NotACalendar: it doesn't begin as one, or ends within a component.
    """
    lines = [line for line in FOLD.sub("", text.lstrip("\ufeff")).splitlines() if line.strip()]
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise NotACalendar
    head: list[str] = []
    by_uid: dict[str, list[Sequence[str]]] = defaultdict(list)
    for number, component in enumerate(_components(lines)):
        name = component[0].strip().upper().removeprefix("BEGIN:")
        if name in READ:
            lines_of_time = list(_telling_when(component))
            by_uid[_properties(lines_of_time).get("UID", f"without {number}")].append(lines_of_time)
        elif name == "VTIMEZONE" or not component[0].upper().startswith("BEGIN:"):
            head += component
    groups = [
        [line for component in components for line in component]
        for uid, components in by_uid.items()
        if not uid.strip().lower().endswith(OWN_UID) and _may_touch(components, first, last)
    ]
    return CalendarText(head, groups)


def without_stamps(text: str) -> str:
    """The text as far as it tells of changes: some servers stamp every entry anew for each reader."""
    return re.sub(r"^(?:DTSTAMP|LAST-MODIFIED)[:;].*$", "", text, flags=re.MULTILINE | re.IGNORECASE)


def _components(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Each component inside of a calendar with all that is in it, and each other line by itself."""
    within: list[str] = []
    depth = 0
    for line in lines:
        word = line.strip().upper()
        if word in ("BEGIN:VCALENDAR", "END:VCALENDAR"):
            if depth:
                raise NotACalendar
            continue
        depth += word.startswith("BEGIN:")
        within.append(line)
        if word.startswith("END:"):
            depth -= 1
        if depth == 0:
            yield within
            within = []
    if depth:
        raise NotACalendar


def _telling_when(component: Sequence[str]) -> Iterator[str]:
    """The lines that say when; of the component alone, not of alarms inside of it."""
    depth = 0
    for line in component:
        name = NAME.match(line)
        word = name.group().upper() if name else ""
        depth += word == "BEGIN"
        if depth == 1 and word in TELLS_WHEN:
            yield line
        depth -= word == "END"


def _properties(lines: Sequence[str]) -> Mapping[str, str]:
    """Values by name, without parameters."""
    found = ((NAME.match(line), line.rpartition(":")[2]) for line in lines)  # A zone's name may hold a colon.
    return {name.group().upper(): value for name, value in found if name}


def _may_touch(components: Sequence[Sequence[str]], first: date, last: date) -> bool:
    if len(components) > 1:
        return True
    values = _properties(components[0])
    if {"RDATE", "RECURRENCE-ID", "FREEBUSY"} & values.keys():
        return True
    starts = _day(values.get("DTSTART"))
    if starts and starts > last + MARGIN:
        return False
    if "RRULE" in values:
        return True
    ends = _day(values.get("DTEND"))
    return ends is None or ends >= first - MARGIN


def _day(value: str | None) -> date | None:
    found = DAY.match(value.strip()) if value else None
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None
