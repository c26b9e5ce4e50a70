"""The day of all practitioners, or of one of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from booking.agenda.column import column_of
from booking.agenda.stretch import Stretch, load_stretch
from booking.agenda.values import Column, DayAgenda
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import days_window
from booking.timegrid.ticks import instant_at

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Outside of them no clinic has visits, and calendars reach their ends."""
HOUR = timedelta(hours=1)
USUAL_HOURS = time(8), time(18)
"""Shown of a day on which nothing is open and nothing booked."""


async def day_agenda(
    session: BookingSession,
    day: date,
    *,
    only_practitioner: str | None = None,
    with_names: bool = True,
    with_details: bool = True,
    now: datetime,
) -> DayAgenda:
    """The day on the clinic's calendar: it has 23 hours in spring, and 25 in autumn.

    Without `with_details` nothing is decrypted: visits have no name, and nothing to talk about.
    The number of statements doesn't grow with practitioners or visits.

    Raises:
        InvalidInput: the day is too far away.
        KeyProblem: the patients' data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = f"Please choose a day from {FIRST_YEAR} to {LAST_YEAR}."
        raise InvalidInput(message, path=("date",), code=InvalidInputCode.OUT_OF_RANGE)
    stretch = await load_stretch(
        session, day, day, only_practitioner=only_practitioner, with_details=with_details, now=now
    )
    return day_of(stretch, day, with_names=with_names, now=now)


def day_of(stretch: Stretch, day: date, *, with_names: bool, now: datetime) -> DayAgenda:
    """One day of a stretch."""
    window = days_window(day, day, stretch.zone)
    start, end = instant_at(window.first), instant_at(window.end)
    columns = [column_of(stretch, rows, window, with_names=with_names, now=now) for rows in stretch.people]
    statuses = (
        row.status
        for rows in stretch.people
        for row in rows.visits
        if row.starts_at < end and row.ends_at > start
    )
    first, last = _whole_hours(_instants(columns), day, stretch.zone)
    return DayAgenda(day, stretch.zone, first, last, columns, Counter(statuses))


def _instants(columns: Sequence[Column]) -> Iterable[datetime]:
    spans = chain.from_iterable([*column.open, *column.entries] for column in columns)
    return chain.from_iterable((span.starts_at, span.ends_at) for span in spans)


def _whole_hours(instants: Iterable[datetime], day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The hours on the zone's clock from before the first to after the last; `day` matters without any."""
    found = sorted(instants) or [datetime.combine(day, hour, zone) for hour in USUAL_HOURS]
    return _hour_before(found[0], zone), _hour_before(found[-1] + HOUR - timedelta.resolution, zone)


def _hour_before(instant: datetime, zone: ZoneInfo) -> datetime:
    # The minutes of the clock are taken off the instant: a wall time may be one of two instants.
    local = instant.astimezone(zone)
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return instant.astimezone(UTC) - into
