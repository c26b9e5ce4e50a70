"""Who works when and may deliver what: worked out of the catalogue once, for as long as that stays."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from booking.storage.models.catalogue import Location, OpeningHours, Service
from booking.storage.queries.catalogue import (
    QualifiedOffer,
    cached,
    closures_between,
    listed_locations,
    qualified_offers,
    time_off_between,
    weekly_opening_hours,
)
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import TimeSpan, date_bits, days_window, open_bits, step_bits
from booking.timegrid.public_holidays import public_holidays
from booking.timegrid.ticks import Window, instant_at, ticks_between

MARGIN = timedelta(days=1)
"""Around the days asked for: visits and buffers may cross midnight."""


@dataclass(frozen=True)
class WorkingTime:
    """A practitioner's time at a location. All sets are bits of `window`."""

    practitioner: str
    location: str
    zone: ZoneInfo
    position: int
    window: Window
    working: int  # open at the location, on duty, not away
    certified: int  # the certificate that the service needs is valid
    steps: int  # where a visit may start by the clinic's grid


async def working_times(
    session: BookingSession,
    service: Service,
    first: date,
    last: date,
    *,
    step: timedelta,
    at: str | None,
    of: str | None,
) -> Sequence[WorkingTime]:
    """Of everybody who may deliver the service, wherever they have hours, on the days and those around;
    worked out for all, and told of those `at` a place and `of` a person if these are named.

    No statement while the catalogue is as it was; the same number whenever it is not.
    """
    asked = service.slug, first - MARGIN, last + MARGIN, step
    days = (last - first + 3 * MARGIN).days
    all_ = await cached(
        session, asked, partial(_compute, session, *asked), weigh=lambda found: days * len(found)
    )
    return [shift for shift in all_ if at in (None, shift.location) and of in (None, shift.practitioner)]


async def _compute(
    session: BookingSession, service: str, first: date, last: date, step: timedelta
) -> Sequence[WorkingTime]:
    offers = await qualified_offers(session, services=[service])
    locations = await listed_locations(session)
    if not offers or not locations:
        return []
    people = [offer.practitioner.slug for offer in offers]
    windows = {place.slug: days_window(first, last, ZoneInfo(place.time_zone)) for place in locations}
    spans = _spans_by_location_and_practitioner(
        await weekly_opening_hours(session, locations=list(windows), practitioners=people)
    )
    closed = await closed_days(session, locations, first, last)
    away: dict[str, list[tuple[int, int]]] = defaultdict(list)
    start = min(window.first for window in windows.values())
    end = max(window.end for window in windows.values())
    for off in await time_off_between(session, instant_at(start), instant_at(end), practitioners=people):
        away[off.practitioner].append(ticks_between(off.starts_at, off.ends_at))

    found = []
    for place in locations:
        window, zone = windows[place.slug], ZoneInfo(place.time_zone)
        here = open_bits(window, zone, spans[place.slug, None], closed[place.slug])
        steps = step_bits(window, zone, step)
        for offer in offers:
            slug = offer.practitioner.slug
            if not spans[place.slug, slug]:
                continue
            working = here & open_bits(window, zone, spans[place.slug, slug])
            for low, high in away[slug]:
                working &= ~window.bits(low, high)
            found.append(
                WorkingTime(
                    practitioner=slug,
                    location=place.slug,
                    zone=zone,
                    position=offer.practitioner.position,
                    window=window,
                    working=working,
                    certified=_certified(window, zone, offer),
                    steps=steps,
                )
            )
    return found


def _certified(window: Window, zone: ZoneInfo, offer: QualifiedOffer) -> int:
    if offer.certification is None:
        return window.all
    return date_bits(window, zone, offer.certification.valid_from, offer.certification.valid_until)


def _spans_by_location_and_practitioner(
    rows: Sequence[OpeningHours],
) -> Mapping[tuple[str, str | None], dict[int, list[TimeSpan]]]:
    found: dict[tuple[str, str | None], dict[int, list[TimeSpan]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.location, row.practitioner][row.weekday].append(TimeSpan(row.opens, row.closes))
    return found


async def closed_days(
    session: BookingSession, locations: Sequence[Location], first: date, last: date
) -> dict[str, set[date]]:
    """The days between on which each location is closed: its own closures and public holidays."""
    closed = {place.slug: public_holidays(place.public_holidays, first, last) for place in locations}
    for closure in await closures_between(session, first, last, locations=list(closed)):
        days = (min(closure.last_day, last) - max(closure.first_day, first)).days + 1
        closed[closure.location] |= {max(closure.first_day, first) + timedelta(days=n) for n in range(days)}
    return closed
