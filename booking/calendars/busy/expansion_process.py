"""The process that `expansion` starts: reads calendar files as JSON, and writes their busy intervals.

It imports no database: it would start half as fast.
"""

import json
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.calendars.busy.calendar_text import NotACalendar
from booking.calendars.busy.expand import TooManyOccurrences, busy_intervals

MAX_MEMORY = 1024 * 1024 * 1024


def main() -> None:
    _limit_memory()
    question = json.load(sys.stdin)
    try:
        found = busy_intervals(
            question["texts"],
            zone=ZoneInfo(question["zone"]),
            start=datetime.fromisoformat(question["start"]),
            end=datetime.fromisoformat(question["end"]),
        )
    except NotACalendar:
        answer: dict[str, object] = {"failure": "not-a-calendar"}
    except (TooManyOccurrences, MemoryError):
        answer = {"failure": "too-many"}
    else:
        intervals = [(first.isoformat(), last.isoformat()) for first, last in found.intervals]
        answer = {"intervals": intervals, "unread": found.unread}
    json.dump(answer, sys.stdout)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; that of time holds there, too.
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


if __name__ == "__main__":
    main()
