"""Who works when and may deliver what: worked out of the catalogue once, for as long as that stays."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from booking.availability import calendar, hours
from booking.availability.calendar import Window, ticks_between
from booking.holidays import public_holidays
from booking.storage import queries
from booking.storage.kept import kept
from booking.storage.queries import Offer
from booking.storage.tables import Location, OpeningHours, Service

MARGIN = timedelta(days=1)
"""Around the days asked for: visits and buffers may cross midnight."""


@dataclass(frozen=True)
class Shift:
    """A practitioner's time at a location. All sets are bits of `window`."""

    practitioner: str
    location: str
    zone: ZoneInfo
    position: int
    window: Window
    working: int  # open at the location, on duty, not away
    certified: int  # the certificate that the service needs is valid
    steps: int  # where a visit may start by the clinic's grid


async def shifts(
    session: AsyncSession,
    service: Service,
    first: date,
    last: date,
    *,
    step: timedelta,
    at: str | None,
    of: str | None,
) -> Sequence[Shift]:
    """Of everybody who may deliver the service, wherever they have hours, on the days and those around;
    worked out for all, and told of those `at` a place and `of` a person if these are named.

    No statement while the catalogue is as it was; the same number whenever it is not.
    """
    asked = service.slug, first - MARGIN, last + MARGIN, step
    days = (last - first + 3 * MARGIN).days
    all_ = await kept(
        session, asked, partial(_work_out, session, *asked), weigh=lambda found: days * len(found)
    )
    return [shift for shift in all_ if at in (None, shift.location) and of in (None, shift.practitioner)]


async def _work_out(
    session: AsyncSession, service: str, first: date, last: date, step: timedelta
) -> Sequence[Shift]:
    offers = await queries.offers(session, services=[service])
    locations = await queries.listed_locations(session)
    if not offers or not locations:
        return []
    people = [offer.practitioner.slug for offer in offers]
    windows = {place.slug: hours.days(first, last, ZoneInfo(place.time_zone)) for place in locations}
    spans = _by_place_and_person(
        await queries.weekly_hours(session, locations=list(windows), practitioners=people)
    )
    closed = await closed_days(session, locations, first, last)
    away: dict[str, list[tuple[int, int]]] = defaultdict(list)
    start = min(window.first for window in windows.values())
    end = max(window.end for window in windows.values())
    for off in await queries.time_off_between(
        session, calendar.instant_at(start), calendar.instant_at(end), practitioners=people
    ):
        away[off.practitioner].append(ticks_between(off.starts_at, off.ends_at))

    found = []
    for place in locations:
        window, zone = windows[place.slug], ZoneInfo(place.time_zone)
        here = hours.open_bits(window, zone, spans[place.slug, None], closed[place.slug])
        steps = hours.step_bits(window, zone, step)
        for offer in offers:
            slug = offer.practitioner.slug
            if not spans[place.slug, slug]:
                continue
            working = here & hours.open_bits(window, zone, spans[place.slug, slug])
            for low, high in away[slug]:
                working &= ~window.bits(low, high)
            found.append(
                Shift(
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


def _certified(window: Window, zone: ZoneInfo, offer: Offer) -> int:
    if offer.certification is None:
        return window.all
    return hours.date_bits(window, zone, offer.certification.valid_from, offer.certification.valid_until)


def _by_place_and_person(
    rows: Sequence[OpeningHours],
) -> Mapping[tuple[str, str | None], dict[int, list[hours.Span]]]:
    found: dict[tuple[str, str | None], dict[int, list[hours.Span]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.location, row.practitioner][row.weekday].append(hours.Span(row.opens, row.closes))
    return found


async def closed_days(
    session: AsyncSession, locations: Sequence[Location], first: date, last: date
) -> dict[str, set[date]]:
    """The days between on which each location is closed: its own closures and public holidays."""
    closed = {place.slug: public_holidays(place.public_holidays, first, last) for place in locations}
    for closure in await queries.closures_between(session, first, last, locations=list(closed)):
        days = (min(closure.last_day, last) - max(closure.first_day, first)).days + 1
        closed[closure.location] |= {max(closure.first_day, first) + timedelta(days=n) for n in range(days)}
    return closed
