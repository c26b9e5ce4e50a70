"""A practitioner's time at a location as sets of ticks, one for each reason to say no."""

import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from booking.availability import calendar, hours
from booking.availability.calendar import TICK, Window, tick_at, ticks_between, ticks_in
from booking.guests import busy_times
from booking.holidays import public_holidays
from booking.storage import queries
from booking.storage.queries import Offer, OwnedTime
from booking.storage.tables import Location, OpeningHours, Service

MARGIN = timedelta(days=1)
"""Around the days asked for: visits and buffers may cross midnight."""


@dataclass(frozen=True)
class Diary:
    """All sets are bits of `window`. A visit needs `working` and `certified`, and nothing `busy`."""

    practitioner: str
    location: str
    zone: ZoneInfo
    last_day: date  # of the horizon, on the location's calendar
    position: int
    window: Window
    working: int  # open at the location, on duty, not away
    certified: int  # the certificate that the service needs is valid
    busy: int  # held or booked, buffers included
    steps: int  # where a visit may start by the clinic's grid
    asked: int  # the days asked for, within notice and horizon
    service: Service

    @cached_property
    def starts(self) -> int:
        return self.asked & calendar.starts(
            open_=self.working & self.certified,
            busy=self.busy,
            steps=self.steps,
            visit=ticks_in(self.service.duration),
            before=ticks_in(self.service.buffer_before),
            after=ticks_in(self.service.buffer_after),
        )

    def has_start(self, tick: int) -> bool:
        return bool(self.starts & self._at(tick))

    def is_step(self, tick: int) -> bool:
        return bool(self.steps & self._at(tick))

    def is_working(self, tick: int) -> bool:
        """Works through the whole visit that would start then."""
        return self._throughout(self.working, tick)

    def is_certified(self, tick: int) -> bool:
        return self._throughout(self.certified, tick)

    def load_on(self, tick: int) -> tuple[int, int]:
        """How much is booked on the tick's day, and the clinic's order to settle a tie."""
        begins, loads = self._loads
        return loads[bisect_right(begins, tick) - 1], self.position

    @cached_property
    def _loads(self) -> tuple[Sequence[int], Sequence[int]]:
        """The ticks at which days begin, and how much is booked on each."""
        by_day = hours.count_by_day(self.window, self.zone, self.busy)
        begins = hours.beginnings(self.window, self.zone)
        return list(begins), [by_day[day] for day in begins.values()]

    def _at(self, tick: int) -> int:
        return self.window.bits(tick, tick + 1)

    def _throughout(self, ticks: int, first: int) -> bool:
        visit = self.window.bits(first, first + ticks_in(self.service.duration))
        return visit != 0 and visit & ticks == visit


async def open_diaries(
    session: AsyncSession,
    service: Service,
    first: date,
    last: date,
    *,
    now: datetime,
    notice_from: datetime | None = None,
    at: str | None = None,
    of: str | None = None,
    ignoring: uuid.UUID | None = None,
) -> list[Diary]:
    """A diary for everybody who may deliver the service, at every location where they have hours.

    The same number of statements, however many people and days. Notice counts from `notice_from`,
    where the visitor chose the time before `now`; `ignoring` is an owner that is not in its own way.
    """
    policy = (await queries.the_clinic(session)).policy
    offers = await queries.offers(
        session, services=[service.slug], practitioners=None if of is None else [of]
    )
    locations = [place for place in await queries.listed_locations(session) if at in (None, place.slug)]
    if not offers or not locations:
        return []
    people = [offer.practitioner.slug for offer in offers]
    windows = {
        place.slug: hours.days(first - MARGIN, last + MARGIN, ZoneInfo(place.time_zone))
        for place in locations
    }
    start = min(window.first for window in windows.values())
    end = max(window.first + window.length for window in windows.values())

    spans = _by_place_and_person(
        await queries.weekly_hours(session, locations=list(windows), practitioners=people)
    )
    closed = await closed_days(session, locations, first - MARGIN, last + MARGIN)
    away: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for off in await queries.time_off_between(
        session, calendar.instant_at(start), calendar.instant_at(end), practitioners=people
    ):
        away[off.practitioner].append(ticks_between(off.starts_at, off.ends_at))
    owned = await queries.owned_times(session, start, end, resources=people, now=now, ignoring=ignoring)
    busy: dict[str, list[OwnedTime]] = defaultdict(list)
    for time in owned:
        busy[time.resource].append(time)
    elsewhere = await busy_times(session, service, people, start, end, now=now, ignoring=ignoring)

    diaries = []
    for place in locations:
        window, zone = windows[place.slug], ZoneInfo(place.time_zone)
        last_day = policy.last_day(now.astimezone(zone).date())
        here = hours.open_bits(window, zone, spans[place.slug, None], closed[place.slug])
        steps = hours.step_bits(window, zone, policy.slot_step)
        soonest = tick_at(policy.earliest_start(notice_from or now) + TICK - timedelta.resolution)
        asked = hours.date_bits(window, zone, first, min(last, last_day))
        asked &= window.bits(soonest, window.first + window.length)
        for offer in offers:
            slug = offer.practitioner.slug
            if not spans[place.slug, slug]:
                continue
            on_duty = here & hours.open_bits(window, zone, spans[place.slug, slug])
            for low, high in away[slug]:
                on_duty &= ~window.bits(low, high)
            taken = 0
            for time in busy[slug]:
                taken |= window.bits(time.first, time.last)
            for where, low, high in elsewhere[slug]:
                if where in (None, place.slug):
                    taken |= window.bits(low, high)
            diaries.append(
                Diary(
                    practitioner=slug,
                    location=place.slug,
                    zone=zone,
                    last_day=last_day,
                    position=offer.practitioner.position,
                    window=window,
                    working=on_duty,
                    certified=_certified(window, zone, offer),
                    busy=taken,
                    steps=steps,
                    asked=asked,
                    service=service,
                )
            )
    return diaries


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
