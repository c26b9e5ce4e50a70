"""Working time by practitioner and location, computed from the catalogue once for each of its revisions."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import QualifiedOffer, qualified_offers
from booking.scheduling.criteria import SlotCriteria
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue import Location
from booking.storage.queries.catalogue import (
    WeeklyTime,
    cached,
    closures_between,
    listed_locations,
    time_off_between,
    weekly_opening_hours,
)
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import TimeSpan, date_bits, days_window, open_bits, step_bits
from booking.timegrid.public_holidays import public_holidays
from booking.timegrid.ticks import DAY, Window, instant_at, ticks_between

MARGIN = DAY
"""Around the days asked for: visits and buffers may cross midnight."""


@dataclass(frozen=True)
class WorkingTime:
    """A practitioner's time at a location. All sets are bits of `window`."""

    practitioner: str
    location: str
    zone: ZoneInfo
    position: int
    window: Window
    opening: int  # the location's hours, on days without a closure or a public holiday
    on_duty: int  # the practitioner's hours there
    away: int  # the practitioner's time off
    working: int  # all three: open, on duty, not away
    certified: int  # the certificate that the service needs is valid
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


async def compute_working_times(
    session: BookingSession, service: str, first: date, last: date, step: timedelta
) -> Sequence[WorkingTime]:
    """As `working_times`, for every practitioner and location, from the rows as this transaction has them."""
    offers = await qualified_offers(session, service)
    locations = await listed_locations(session)
    if not offers or not locations:
        return []
    practitioners = [offer.practitioner.slug for offer in offers]
    windows = {row.slug: days_window(first, last, ZoneInfo(row.time_zone)) for row in locations}
    hours = await weekly_opening_hours(session, locations=list(windows), practitioners=practitioners)
    await asyncio.sleep(0)  # Other requests run between the steps.
    spans = _spans_by_location_and_practitioner(hours)
    await asyncio.sleep(0)
    closed = await closed_days(session, locations, first, last)
    away: dict[str, list[tuple[int, int]]] = defaultdict(list)
    start = instant_at(min(window.first for window in windows.values()))
    end = instant_at(max(window.end for window in windows.values()))
    for time_off in await time_off_between(session, start, end, practitioners=practitioners):
        away[time_off.practitioner].append(ticks_between(time_off.starts_at, time_off.ends_at))
    await asyncio.sleep(0)

    times = []
    async for location in cooperatively(locations):
        slug, window, zone = location.slug, windows[location.slug], ZoneInfo(location.time_zone)
        open_ = open_bits(window, zone, spans[slug, None], closed[slug])
        steps = step_bits(window, zone, step)
        async for offer in cooperatively(offers):
            practitioner = offer.practitioner
            if not spans[slug, practitioner.slug]:
                continue
            time_off_bits = 0
            for low, high in away[practitioner.slug]:
                time_off_bits |= window.bits(low, high)
            on_duty = open_bits(window, zone, spans[slug, practitioner.slug])
            times.append(
                WorkingTime(
                    practitioner.slug,
                    slug,
                    zone,
                    practitioner.position,
                    window,
                    opening=open_,
                    on_duty=on_duty,
                    away=time_off_bits,
                    working=open_ & on_duty & ~time_off_bits,
                    certified=_certified(window, zone, offer),
                    steps=steps,
                )
            )
    return times


def _certified(window: Window, zone: ZoneInfo, offer: QualifiedOffer) -> int:
    if offer.certification is None:
        return window.all
    return date_bits(window, zone, offer.certification.valid_from, offer.certification.valid_until)


def _spans_by_location_and_practitioner(
    rows: Sequence[WeeklyTime],
) -> Mapping[tuple[str, str | None], dict[int, list[TimeSpan]]]:
    spans: dict[tuple[str, str | None], dict[int, list[TimeSpan]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        spans[row.location, row.practitioner][row.weekday].append(TimeSpan(row.opens, row.closes))
    return spans


async def closed_days(
    session: BookingSession, locations: Sequence[Location], first: date, last: date
) -> dict[str, set[date]]:
    """The days between on which each location is closed: its own closures and public holidays."""
    closed = {row.slug: public_holidays(row.public_holidays, first, last) for row in locations}
    for closure in await closures_between(session, first, last, locations=list(closed)):
        start, end = max(closure.first_day, first), min(closure.last_day, last)
        closed[closure.location] |= {start + n * DAY for n in range((end - start).days + 1)}
    return closed
