"""Calendar files for tests: entries by their lines."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from booking.calendars.busy.expand import busy_intervals

TORONTO = ZoneInfo("America/Toronto")


def entry(*lines: str, uid: str = "", name: str = "VEVENT") -> list[str]:
    uids = [f"UID:{uid}"] if uid else []
    return [
        f"BEGIN:{name}",
        *uids,
        "DTSTAMP:20260101T000000Z",
        "SUMMARY:A secret title",
        *lines,
        f"END:{name}",
    ]


def calendar_file(*entries: Sequence[str], head: Sequence[str] = ()) -> str:
    numbered = [
        [each[0], f"UID:{number}@sample.example", *each[1:]] if each[1][:4] != "UID:" else each
        for number, each in enumerate(entries)
    ]
    lines = [line for each in numbered for line in each]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *head, *lines, "END:VCALENDAR", ""])


def event(starts_at: datetime, ends_at: datetime, *more: str, uid: str = "") -> list[str]:
    stamp = "%Y%m%dT%H%M%SZ"
    return entry(
        f"DTSTART:{starts_at.astimezone(UTC):{stamp}}",
        f"DTEND:{ends_at.astimezone(UTC):{stamp}}",
        *more,
        uid=uid,
    )


def on_the_clock(
    *entries: Sequence[str],
    head: Sequence[str] = (),
    start: datetime = datetime(2026, 10, 1, tzinfo=UTC),
    end: datetime = datetime(2027, 4, 1, tzinfo=UTC),
) -> list[tuple[str, str]]:
    """When somebody in Toronto is busy, as "11-01 02:30 -05"; nothing is unread."""
    found = busy_intervals([calendar_file(*entries, head=head)], zone=TORONTO, start=start, end=end)
    assert found.unread == 0
    return [(_shown(first), _shown(last)) for first, last in found.intervals]


def _shown(instant: datetime) -> str:
    return f"{instant.astimezone(TORONTO):%m-%d %H:%M %z}"[:-2]
