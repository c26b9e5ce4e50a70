"""When practitioners are busy by their calendars elsewhere, as sets of ticks.

A copy that can't be brought up to date closes the near times where the clinic has chosen so. All of it
changes with a commit or at the start of a tick, so that an answer which is repeated until then stays true.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from booking.domain.policy import BusyCalendarPolicy, WhenUnreachable
from booking.scheduling.working_time import WorkingTime
from booking.storage.queries.catalogue import cached, get_clinic
from booking.storage.queries.desk.busy_calendars import (
    CalendarCopy,
    calendar_copies,
    intervals_of_calendars,
    practitioners_with_calendars,
)
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY, Window, instant_at, tick_at, ticks_between, ticks_in

BusyBits = Mapping[tuple[str, Window], int]
"""Bits of a window by practitioner; 0 where nothing is known."""


async def busy_bits(session: BookingSession, times: Sequence[WorkingTime]) -> BusyBits:
    """When the practitioners of these times are busy by the copies of their calendars."""
    copies = await copies_of(session, {time.practitioner for time in times})
    return await _bits_of(session, copies, times) if copies else defaultdict(int)


async def closed_bits(session: BookingSession, times: Sequence[WorkingTime], *, now: datetime) -> BusyBits:
    """As `busy_bits`, and the near times that nobody books online since a calendar can't be asked."""
    copies = await copies_of(session, {time.practitioner for time in times})
    if not copies:
        return defaultdict(int)
    bits = defaultdict(int, await _bits_of(session, copies, times))
    policy = (await get_clinic(session)).busy_calendars
    unknown = {copy.practitioner for copy in copies if is_closed(copy, policy, now=now)}
    low = tick_at(now)
    for time in times:
        if time.practitioner in unknown:
            near = time.window.bits(low, low + ticks_in(policy.near) + 1)
            bits[time.practitioner, time.window] |= near
    return bits


def is_closed(copy: CalendarCopy, policy: BusyCalendarPolicy, *, now: datetime) -> bool:
    """Whether a calendar that can't be asked closes the near times: not while its copy is still fresh."""
    if policy.when_unreachable is WhenUnreachable.OPEN or copy.failing_since is None:
        return False
    return copy.copied_at is None or tick_at(copy.copied_at + policy.fresh_for) <= tick_at(now)


async def copies_of(session: BookingSession, practitioners: Collection[str]) -> list[CalendarCopy]:
    """The state of their calendars; no statement while none of them has one."""
    having = await cached(session, "busy calendars", partial(practitioners_with_calendars, session))
    of = having.intersection(practitioners)
    return await calendar_copies(session, of) if of else []


async def _bits_of(
    session: BookingSession, copies: Sequence[CalendarCopy], times: Sequence[WorkingTime]
) -> BusyBits:
    """Computed once for each copy: that names its intervals, which never change."""
    revision = (await get_clinic(session)).catalogue_revision
    cache = session.catalogue_cache
    wanted = {(copy, window) for copy in copies if copy.copy for window in _windows(times, copy.practitioner)}
    known = {(copy, window): cache.get(revision, ("busy", copy.copy, window)) for copy, window in wanted}
    missing = [key for key, bits in known.items() if bits is None]
    if missing:
        start = instant_at(min(window.first for _, window in missing))
        end = instant_at(max(window.end for _, window in missing))
        of: set[UUID] = {copy.id for copy, _ in missing}
        intervals = await intervals_of_calendars(session, of, start, end)
        for copy, window in missing:
            bits = 0
            for first, last in intervals.get(copy.id, ()):
                bits |= window.bits(*ticks_between(first, last))
            known[copy, window] = bits
            cache.put(
                revision,
                ("busy", copy.copy, window),
                bits,
                max(1, (window.end - window.first) // ticks_in(DAY)),
            )
    together: dict[tuple[str, Window], int] = defaultdict(int)
    for (copy, window), bits in known.items():
        together[copy.practitioner, window] |= bits
    return together


def _windows(times: Sequence[WorkingTime], practitioner: str) -> set[Window]:
    return {time.window for time in times if time.practitioner == practitioner}
