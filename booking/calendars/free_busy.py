"""When a practitioner is busy, for somebody who may know no more: RFC 5545's VFREEBUSY."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.calendars.busy.intervals import Interval, merged
from booking.calendars.ical import free_busy_ical, whole_second
from booking.domain.tokens import hash_of
from booking.scheduling.time_off import times_away
from booking.storage.models.calendar_feeds import FreeBusyFeed
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.storage.queries.appointments import appointments_of_practitioner
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.blocked_time import desk_times_between
from booking.storage.queries.secrets import practitioner_of_feed
from booking.storage.session import BookingSession

SHOWN = timedelta(days=366)
"""How far ahead, from the beginning of the clinic's day."""
LONGEST_VISIT = timedelta(days=1)


@dataclass(frozen=True)
class FreeBusyTimes:
    """The file, and what tells whether it differs from another: all but the instant when it was made."""

    text: str
    fingerprint: str


async def render_free_busy(session: BookingSession, token: str, *, now: datetime) -> FreeBusyTimes | None:
    """Visits that stand, time off and blocked time, as one; None for a secret that is unknown or has ended.

    What is only held is not busy yet. Neither is what calendars elsewhere say, which is not the clinic's to
    pass on.
    """
    practitioner = await practitioner_of_feed(session, hash_of(token), kind=FreeBusyFeed)
    if practitioner is None:
        return None
    clinic = await get_clinic(session)
    start = now.astimezone(ZoneInfo(clinic.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + SHOWN
    visits = await appointments_of_practitioner(session, practitioner.slug, since=start - LONGEST_VISIT)
    of = [practitioner.slug]
    time_off = await times_away(session, start, end, practitioners=of)
    blocked = await desk_times_between(session, BlockedTime, start, end, practitioners=of)
    intervals = [(row.starts_at, row.ends_at) for row in visits if row.stands]
    intervals += [(row.starts_at, whole_second(row.ends_at)) for row in time_off]
    intervals += [(row.starts_at, whole_second(row.ends_at)) for row in blocked]
    busy = _within(start, end, intervals)
    text = await asyncio.to_thread(free_busy_ical, clinic, practitioner, busy, start=start, end=end, now=now)
    return FreeBusyTimes(text, _without_stamp(text))


def _within(start: datetime, end: datetime, intervals: list[Interval]) -> list[Interval]:
    """The part of the intervals between the two, merged."""
    parts = ((max(first, start), min(last, end)) for first, last in intervals)
    return merged((first, last) for first, last in parts if first < last)


def _without_stamp(text: str) -> str:
    return "\r\n".join(line for line in text.splitlines() if not line.startswith("DTSTAMP:"))
