"""The copy of a calendar: made outside of any transaction, then stored in one, or why there is none."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from booking.appointments.blocked_time.impossible_visits import mark_impossible_visits
from booking.calendars.busy.caldav import fetch_caldav
from booking.calendars.busy.calendar_text import without_stamps
from booking.calendars.busy.expansion import expand
from booking.calendars.busy.ics import fetch_ics
from booking.calendars.busy.intervals import Interval
from booking.calendars.busy.source import CalendarSource, Fetched, source_of
from booking.outbound_http.client import OutboundClient
from booking.storage.base import insert_rows
from booking.storage.models.desk.busy_calendars import BusyCalendar, BusyCalendarKind, BusyCode, BusyInterval
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.busy_calendars import (
    all_intervals_of,
    busy_calendar_by_id,
    drop_intervals_of,
)
from booking.storage.queries.locks import lock_schedules
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY

AHEAD = 16 * DAY
"""How far beyond the clinic's horizon a copy reaches: one that need not be made anew stays long enough."""
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=15)
"""Before a calendar that can't be asked is asked again."""


@dataclass(frozen=True)
class Question:
    """What is to be asked, and what is known of the copy before. `zone` and `horizon` are the clinic's."""

    source: CalendarSource
    zone: str
    horizon: timedelta
    mark: str | None = None
    digest: bytes | None = None
    copied_until: datetime | None = None


@dataclass(frozen=True)
class Copy:
    """`intervals` None: as they were."""

    intervals: Sequence[Interval] | None
    mark: str | None
    digest: bytes | None
    copied_until: datetime | None
    unread: int


async def question_about(session: BookingSession, calendar: BusyCalendar) -> Question:
    question = await question_for(session, await source_of(session, calendar))
    return replace(question, mark=calendar.mark, digest=calendar.digest, copied_until=calendar.copied_until)


async def question_for(session: BookingSession, source: CalendarSource) -> Question:
    """Of a calendar that was never asked."""
    clinic = await get_clinic(session)
    return Question(source, clinic.time_zone, clinic.horizon)


async def make_copy(client: OutboundClient, question: Question, *, now: datetime) -> Copy:
    """Ask for the calendar, and expand it. No transaction is open meanwhile.

    Raises:
        RefreshFailed: it can't be asked, or what it answers is no calendar, or too much.
    """
    start = datetime.combine(now.date() - DAY, time(), now.tzinfo)
    until = datetime.combine(now.date() + question.horizon + AHEAD, time(), now.tzinfo)
    reaches = question.copied_until is not None and question.copied_until > now + question.horizon + 2 * DAY
    mark = question.mark if reaches else None
    fetched = await _fetch(client, question.source, mark, start=start, end=until)
    if fetched.texts is None:
        return Copy(None, fetched.mark, question.digest, question.copied_until, 0)
    digest = _digest(fetched.texts)
    if reaches and digest == question.digest:
        return Copy(None, fetched.mark, digest, question.copied_until, 0)
    busy = await expand(fetched.texts, zone=question.zone, start=start, end=until)
    return Copy(busy.intervals, fetched.mark, digest, until, busy.unread)


async def store_copy(session: BookingSession, id: uuid.UUID, copy: Copy, *, asked_at: datetime) -> None:
    """Store what was answered at that moment, unless a later answer is there; and mark visits that collide.

    No visit is moved or dropped: those that collide are listed at the desk.
    """
    calendar = await _locked(session, id)
    if calendar is None or (calendar.copied_at is not None and calendar.copied_at > asked_at):
        return
    await put_copy(session, calendar, copy, asked_at=asked_at)


async def put_copy(
    session: BookingSession, calendar: BusyCalendar, copy: Copy, *, asked_at: datetime
) -> None:
    """As `store_copy`, into a row whose practitioner's schedule is locked."""
    policy = (await get_clinic(session)).busy_calendars
    calendar.asked_at = calendar.copied_at = asked_at
    calendar.failing_since = calendar.failure = None
    calendar.next_ask_at = asked_at + policy.fresh_for
    calendar.mark, calendar.digest, calendar.copied_until = copy.mark, copy.digest, copy.copied_until
    calendar.copy = calendar.copy or uuid.uuid4()
    if copy.intervals is None:
        return
    calendar.unread = copy.unread
    await session.flush()
    if list(copy.intervals) == await all_intervals_of(session, calendar.id):
        return
    calendar.copy = uuid.uuid4()
    await drop_intervals_of(session, calendar.id)
    rows = [
        BusyInterval(calendar=calendar.id, starts_at=first, ends_at=last) for first, last in copy.intervals
    ]
    if rows:
        await insert_rows(session, rows)
    await session.flush()
    await mark_impossible_visits(session, now=asked_at, practitioner=calendar.practitioner)


async def store_failure(
    session: BookingSession, id: uuid.UUID, code: BusyCode, *, asked_at: datetime
) -> None:
    """Store why the calendar couldn't be asked at that moment, unless it was asked later. The copy stays."""
    calendar = await _locked(session, id)
    if calendar is None or (calendar.asked_at is not None and calendar.asked_at > asked_at):
        return
    calendar.asked_at, calendar.failure = asked_at, code
    calendar.failing_since = calendar.failing_since or asked_at
    failing_for = asked_at - calendar.failing_since
    calendar.next_ask_at = asked_at + max(SHORTEST_WAIT, min(failing_for, LONGEST_WAIT))


async def _locked(session: BookingSession, id: uuid.UUID) -> BusyCalendar | None:
    """The calendar, once nobody else decides about its practitioner's time; None if it was removed."""
    calendar = await busy_calendar_by_id(session, id)
    if calendar is not None:
        await lock_schedules(session, [calendar.practitioner])
        calendar = await busy_calendar_by_id(session, id)
    return calendar


async def _fetch(
    client: OutboundClient, source: CalendarSource, mark: str | None, *, start: datetime, end: datetime
) -> Fetched:
    if source.kind is BusyCalendarKind.ICS:
        return await fetch_ics(client, source, mark)
    return await fetch_caldav(client, source, mark, start=start, end=end)


def _digest(texts: Sequence[str]) -> bytes:
    digest = hashlib.sha256()
    for text in sorted(map(without_stamps, texts)):  # A server may answer in any order.
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.digest()
