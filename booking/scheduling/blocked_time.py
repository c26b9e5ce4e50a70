"""Blocked time and extra hours as the desk asks for them, on wall clocks, and their stretches as instants.

A block that recurs is written on the clock: at 12:00 on each of its days, whatever the offset of the day. On
the day of a change it covers every time on the clock that it names: both passes of a repeated hour, and
nothing of a skipped one.
"""

from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.domain.errors import InvalidInput, InvalidInputCode, RepeatedTime, SkippedTime
from booking.storage.models.desk.blocked_time import MAX_LABEL, BlockKind
from booking.storage.queries.desk.blocked_time import Span
from booking.timegrid.ticks import DAY, EPOCH, on_tick
from booking.timegrid.wall_clock import passes_on_wall_clock, skip_end, stretch_on_wall_clock

MAX_LENGTH = timedelta(days=366)
"""Of one block, of a series, and how far ahead either may begin."""


@dataclass(frozen=True)
class Weekly:
    """A block that recurs on these weekdays (0 is Monday) up to `last_day`, which is included."""

    weekdays: frozenset[int]
    last_day: date


@dataclass(frozen=True)
class BlockRequest:
    """Time in which a practitioner takes no visit, at one location or (None) everywhere; slugs.

    A time without an offset is read on the clock of the location, or else of the clinic. `ends_at` None is
    until further notice: for a year. With `weekly`, the times are those of the first day.
    """

    practitioner: str
    starts_at: datetime
    ends_at: datetime | None
    kind: BlockKind
    label: str = ""
    location: str | None = None
    weekly: Weekly | None = None


@dataclass(frozen=True)
class ExtraHoursRequest:
    """Time at a location besides the practitioner's weekly hours; slugs. Times as in `BlockRequest`."""

    practitioner: str
    location: str
    starts_at: datetime
    ends_at: datetime
    label: str = ""


def stretches_of_block(request: BlockRequest, zone: ZoneInfo, *, now: datetime) -> list[Span]:
    """The stretches to block, in order of time, those left out that are over; never none.

    Raises:
        InvalidInput: the times are not in order, over, too far or too long; or the clock shows one of them
            twice (`RepeatedTime`) or never (`SkippedTime`).
    """
    if request.weekly is not None:
        return _recurring(request, request.weekly, zone, now=now)
    start = instant_of(request.starts_at, zone, "startsAt")
    end = start + MAX_LENGTH if request.ends_at is None else instant_of(request.ends_at, zone, "endsAt")
    return [_checked(start, end, longest=MAX_LENGTH, now=now)]


def stretch_of_extra_hours(request: ExtraHoursRequest, zone: ZoneInfo, *, now: datetime) -> Span:
    """The stretch to add.

    Raises:
        InvalidInput: as `stretches_of_block`; or longer than a day.
    """
    start = instant_of(request.starts_at, zone, "startsAt")
    return _checked(start, instant_of(request.ends_at, zone, "endsAt"), longest=DAY, now=now)


def check_label(label: str) -> str:
    """The label on one line.

    Raises:
        InvalidInput: it is too long.
    """
    line = " ".join("".join(char if char.isprintable() else " " for char in label[: 4 * MAX_LABEL]).split())
    if len(label) > 4 * MAX_LABEL or len(line) > MAX_LABEL:
        raise InvalidInput(
            f"Please keep the label to {MAX_LABEL} characters.",
            path=("label",),
            code=InvalidInputCode.TOO_LONG,
        )
    return line


def instant_of(time: datetime, zone: ZoneInfo, name: str) -> datetime:
    """The instant of a time on the zone's clock, or of a time with an offset.

    Raises:
        InvalidInput: the clock shows it twice or never, or it is not in steps of five minutes.
    """
    _check_time(time, name)
    if time.tzinfo is not None:
        return time.astimezone(UTC)
    passes = passes_on_wall_clock(time, zone)
    if len(passes) == 1:
        return passes[0]
    if passes:
        message = "The clock shows this time twice that night. Please say which one is meant."
        first, second = (each.astimezone(zone) for each in passes)
        raise RepeatedTime(message, path=(name,), choices=(first, second))
    next_shown = skip_end(time, zone).astimezone(zone)
    message = f"The clock skips this time that night. Please choose {next_shown:%H:%M} or later."
    raise SkippedTime(message, path=(name,), next_shown=next_shown)


def _check_time(time: datetime, name: str) -> None:
    if not EPOCH.year < time.year < MAXYEAR:  # Such a year has no instants in every zone.
        raise _out_of_range("Please choose a time within a year from now.", name)
    if not on_tick(time.replace(tzinfo=UTC)):
        raise _out_of_range("Please give times in steps of five minutes.", name)


def _checked(start: datetime, end: datetime, *, longest: timedelta, now: datetime) -> Span:
    if end <= start:
        raise _out_of_range("Please let it end after it starts.", "endsAt")
    if end <= now:
        raise _out_of_range("This time is over. Please choose a later one.", "endsAt")
    if start > now + MAX_LENGTH:
        raise _out_of_range("Please choose a time within a year from now.", "startsAt")
    if end - start > longest:
        message = "Please choose a day at most." if longest == DAY else "Please choose a year at most."
        raise _out_of_range(message, "endsAt")
    return start, end


def _recurring(request: BlockRequest, weekly: Weekly, zone: ZoneInfo, *, now: datetime) -> list[Span]:
    if request.ends_at is None:
        message = "Please say when it ends on each day."
        raise InvalidInput(message, path=("endsAt",), code=InvalidInputCode.REQUIRED)
    for time, name in ((request.starts_at, "startsAt"), (request.ends_at, "endsAt")):
        _check_time(time, name)
    starts_at = _on_wall(request.starts_at, zone)
    length = _on_wall(request.ends_at, zone) - starts_at
    if not timedelta(0) < length <= DAY:
        raise _out_of_range("Please let it end within a day after it starts.", "endsAt")
    if not weekly.weekdays <= set(range(7)):
        raise _out_of_range("A week has the days 0 to 6.", "weekdays")
    first, last = starts_at.date(), weekly.last_day
    if last < first:
        raise _out_of_range("Please choose a last day that is not before the first.", "lastDay")
    if last - first > MAX_LENGTH or starts_at.replace(tzinfo=UTC) > now + MAX_LENGTH:
        raise _out_of_range("Please choose days within a year.", "lastDay")
    days = (first + n * DAY for n in range((last - first).days + 1))
    starts = (datetime.combine(day, starts_at.time()) for day in days if day.weekday() in weekly.weekdays)
    stretches = [stretch_on_wall_clock(start, start + length, zone) for start in starts]
    coming = [(start, end) for start, end in stretches if start < end and end > now]
    if not coming:
        raise _out_of_range("None of these weekdays is still to come up to that day.", "weekdays")
    return coming


def _on_wall(time: datetime, zone: ZoneInfo) -> datetime:
    return (time if time.tzinfo is None else time.astimezone(zone)).replace(tzinfo=None, fold=0)


def _out_of_range(message: str, name: str) -> InvalidInput:
    return InvalidInput(message, path=(name,), code=InvalidInputCode.OUT_OF_RANGE)
