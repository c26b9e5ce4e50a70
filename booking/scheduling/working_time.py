"""Working time by practitioner and location, computed from the catalogue once for each of its revisions."""

import asyncio
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_practitioners, qualified_offers
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.time_off import times_away
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.desk.blocked_time import BlockedTime, ExtraHours
from booking.storage.queries.catalogue import (
    CertifiedDays,
    DayTime,
    WeeklyTime,
    cached,
    closures_between,
    day_hours_between,
    listed_locations,
    weekly_opening_hours,
)
from booking.storage.queries.desk.blocked_time import desk_times_between
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import TimeSpan, date_bits, days_window, open_bits, step_bits
from booking.timegrid.public_holidays import public_holidays
from booking.timegrid.recurring_days import RecurringDays
from booking.timegrid.ticks import DAY, TICK, Window, instant_at, ticks_between

MARGIN = DAY
"""Around the days asked for: visits and buffers may cross midnight."""

_Person = tuple[Practitioner, CertifiedDays | None]
"""A practitioner, and the days of the certification that is required, if any."""
_Weeks = dict[RecurringDays, dict[int, list[TimeSpan]]]
"""Spans by weekday, for each of the days on which they are valid."""


@dataclass(frozen=True)
class WorkingTime:
    """A practitioner's time at a location. All sets are bits of `window`."""

    practitioner: str
    location: str
    zone: ZoneInfo
    position: int
    window: Window
    opening: int  # the location's hours, on days without a closure or a public holiday; extra hours
    on_duty: int  # the practitioner's hours there; extra hours
    away: int  # the practitioner's time off, and time that the desk has blocked
    working: int  # all three: open, on duty, not away
    certified: int  # the certificate that the service needs is valid; without a service all of it
    steps: int  # where a visit may start by the clinic's grid


async def working_times(
    session: BookingSession, criteria: SlotCriteria, first: date, last: date, *, step: timedelta
) -> Sequence[WorkingTime]:
    """The working time of each practitioner who may deliver the service, by location where they have hours.

    Computed for all of them, with a day before and after, and then chosen by the criteria. No statement
    while the catalogue stays as it is; otherwise a number that doesn't grow with practitioners or days.
    """
    key = criteria.service.slug, first - MARGIN, last + MARGIN, step
    days = (last - first + 3 * MARGIN).days
    times = await cached(
        session, key, partial(compute_working_times, session, *key), weigh=lambda times: days * len(times)
    )
    return [
        time
        for time in times
        if criteria.location in (None, time.location) and criteria.practitioner in (None, time.practitioner)
    ]


async def all_working_times(session: BookingSession, first: date, last: date) -> Sequence[WorkingTime]:
    """The working time of every listed practitioner, whatever the services, as `working_times` has it."""
    key = None, first - MARGIN, last + MARGIN, TICK
    days = (last - first + 3 * MARGIN).days
    return await cached(
        session, key, partial(compute_working_times, session, *key), weigh=lambda times: days * len(times)
    )


async def compute_working_times(
    session: BookingSession, service: str | None, first: date, last: date, step: timedelta
) -> Sequence[WorkingTime]:
    """As `working_times`, for every practitioner and location, from the rows as this transaction has them.

    Without a service it is that of every listed practitioner.
    """
    people = await (_listed_people(session) if service is None else _qualified_people(session, service))
    locations = await listed_locations(session)
    if not people or not locations:
        return []
    practitioners = [practitioner.slug for practitioner, _ in people]
    windows = {row.slug: days_window(first, last, ZoneInfo(row.time_zone)) for row in locations}
    hours = await weekly_opening_hours(session, locations=list(windows), practitioners=practitioners)
    await asyncio.sleep(0)  # Other requests run between the steps.
    weeks = _weeks_by_location_and_practitioner(hours)
    await asyncio.sleep(0)
    day_hours = await day_hours_between(
        session, first, last, locations=list(windows), practitioners=practitioners
    )
    closed = await closed_days(session, locations, first, last, day_hours)
    special = _weeks_of_days(day_hours)
    start = instant_at(min(window.first for window in windows.values()))
    end = instant_at(max(window.end for window in windows.values()))
    away = await _away(session, start, end, practitioners)
    extra: dict[tuple[str | None, str], list[tuple[int, int]]] = defaultdict(list)
    for row in await desk_times_between(session, ExtraHours, start, end, practitioners=practitioners):
        extra[row.location, row.practitioner].append(ticks_between(row.starts_at, row.ends_at))
    await asyncio.sleep(0)

    times = []
    async for location in cooperatively(locations):
        slug, window, zone = location.slug, windows[location.slug], ZoneInfo(location.time_zone)
        own_days = {row.day for row in day_hours if row[:2] == (slug, None)}
        open_ = _hours_bits(window, zone, weeks[slug, None], closed[slug] | own_days)
        open_ |= _hours_bits(window, zone, special[slug, None])
        steps = step_bits(window, zone, step)
        async for practitioner, certification in cooperatively(people):
            extra_bits = window.union(extra[slug, practitioner.slug])
            extra_bits |= _hours_bits(window, zone, special[slug, practitioner.slug])
            if not (weeks[slug, practitioner.slug] or extra_bits):
                continue
            away_bits = window.union([*away[None, practitioner.slug], *away[slug, practitioner.slug]])
            opening = open_ | extra_bits
            on_duty = _hours_bits(window, zone, weeks[slug, practitioner.slug]) | extra_bits
            times.append(
                WorkingTime(
                    practitioner.slug,
                    slug,
                    zone,
                    practitioner.position,
                    window,
                    opening=opening,
                    on_duty=on_duty,
                    away=away_bits,
                    working=opening & on_duty & ~away_bits,
                    certified=_certified(window, zone, certification),
                    steps=steps,
                )
            )
    return times


async def _qualified_people(session: BookingSession, service: str) -> Sequence[_Person]:
    return [(offer.practitioner, offer.certification) for offer in await qualified_offers(session, service)]


async def _listed_people(session: BookingSession) -> Sequence[_Person]:
    rows = (await all_practitioners(session)).values()
    return [(row, None) for row in sorted(rows, key=lambda row: row.position) if row.listed]


async def _away(
    session: BookingSession, start: datetime, end: datetime, practitioners: Sequence[str]
) -> dict[tuple[str | None, str], list[tuple[int, int]]]:
    """Ticks by location, None for everywhere, and practitioner: time off, and time that the desk blocked."""
    away: dict[tuple[str | None, str], list[tuple[int, int]]] = defaultdict(list)
    for time_off in await times_away(session, start, end, practitioners=practitioners):
        away[None, time_off.practitioner].append(ticks_between(time_off.starts_at, time_off.ends_at))
    for row in await desk_times_between(session, BlockedTime, start, end, practitioners=practitioners):
        away[row.location, row.practitioner].append(ticks_between(row.starts_at, row.ends_at))
    return away


def _certified(window: Window, zone: ZoneInfo, certification: CertifiedDays | None) -> int:
    if certification is None:
        return window.all
    return date_bits(window, zone, certification.valid_from, certification.valid_until)


def _hours_bits(window: Window, zone: ZoneInfo, weeks: _Weeks, closed: Container[date] = ()) -> int:
    bits = 0
    for days, weekly in weeks.items():
        bits |= open_bits(window, zone, weekly, closed, days=days)
    return bits


def _weeks_of_days(rows: Sequence[DayTime]) -> Mapping[tuple[str, str | None], _Weeks]:
    """Each day as a week that is valid on that day alone."""
    weeks: dict[tuple[str, str | None], _Weeks] = defaultdict(dict)
    for row in rows:
        days = RecurringDays(row.day, row.day)
        week = weeks[row.location, row.practitioner].setdefault(days, defaultdict(list))
        week[row.day.weekday()].append(TimeSpan(row.opens, row.closes))
    return weeks


def _weeks_by_location_and_practitioner(
    rows: Sequence[WeeklyTime],
) -> Mapping[tuple[str, str | None], _Weeks]:
    weeks: dict[tuple[str, str | None], _Weeks] = defaultdict(dict)
    for row in rows:
        week = weeks[row.location, row.practitioner].setdefault(row.days, defaultdict(list))
        week[row.weekday].append(TimeSpan(row.opens, row.closes))
    return weeks


async def closed_days(
    session: BookingSession,
    locations: Sequence[Location],
    first: date,
    last: date,
    day_hours: Sequence[DayTime],
) -> dict[str, set[date]]:
    """The days between on which each location is closed: its own closures and public holidays.

    Not those for which `day_hours` has other hours of the location.
    """
    closed = {row.slug: public_holidays(row.public_holidays, first, last) for row in locations}
    for closure in await closures_between(session, first, last, locations=list(closed)):
        start, end = max(closure.first_day, first), min(closure.last_day, last)
        closed[closure.location] |= {start + n * DAY for n in range((end - start).days + 1)}
    for row in day_hours:
        if row.practitioner is None:
            closed[row.location].discard(row.day)
    return closed
