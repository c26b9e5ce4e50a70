"""The instant at which a wall clock shows a local time, by the zone rules of today."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def passes_on_wall_clock(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants, in UTC, at which the zone's clock shows a time that has no offset.

    Two where the clock repeats it, none where the clock skips it.
    """
    passes = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    # A time in a gap comes back from UTC as another one.
    return sorted({each for each in passes if each.astimezone(zone).replace(tzinfo=None, fold=0) == wall})


def skip_end(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumps over a time that it skips."""
    # Python reads such a time with the offset of before (fold 0), which is past the jump, or of after.
    low, high = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def stretch_on_wall_clock(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first instant at which the clock shows the start to the last at which it shows the end.

    Times that the clock skips are the instant at which it jumps.
    """
    starts, ends = (passes_on_wall_clock(each, zone) or [skip_end(each, zone)] for each in (start, end))
    return starts[0], ends[-1]


def instant_on_wall_clock(told: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant at which the zone's clock shows the date and time of `told`; None if it skips that time.

    Of a time that comes twice, the pass with the UTC offset of `told`, or else the first.
    """
    wall = told.replace(tzinfo=None)
    shown = passes_on_wall_clock(wall, zone)
    shown.sort(key=lambda each: each.astimezone(zone).utcoffset() != told.utcoffset())
    return shown[0] if shown else None
