"""The numbers of a span of days: visits, no-shows, lead time and fill."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.agenda.figures import MINUTE, Figures, Fill
from booking.agenda.refusals import SpanInReverse, SpanTooLong
from booking.agenda.stretch import practitioners_shown
from booking.agenda.tally import NOTHING, tally_of
from booking.catalogue.lookup import all_practitioners, all_services
from booking.domain.translations import Translations
from booking.scheduling.working_time import all_working_times
from booking.storage.cooperative import cooperatively
from booking.storage.models.appointments import BookingSource
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import days_window
from booking.timegrid.ticks import TICK, Window, instant_at

MAX_DAYS = 366


@dataclass(frozen=True)
class PractitionerNumbers:
    slug: str
    name: str
    figures: Figures
    fill: Fill


@dataclass(frozen=True)
class ServiceNumbers:
    slug: str
    name: Translations
    figures: Figures


@dataclass(frozen=True)
class SourceNumbers:
    source: BookingSource
    figures: Figures


@dataclass(frozen=True)
class Numbers:
    """Of visits that begin from `first` to `last`, both included, on the clinic's calendar.

    Practitioners who work or have visits, and services and sources with visits, each in the clinic's order.
    `fill` is of the practitioners who work.
    """

    first: date
    last: date
    total: Figures
    fill: Fill
    practitioners: Sequence[PractitionerNumbers]
    services: Sequence[ServiceNumbers]
    sources: Sequence[SourceNumbers]

    @property
    def is_empty(self) -> bool:
        """Not a single visit, not even a cancelled one."""
        return not any(self.total.statuses.values())


async def numbers_of(
    session: BookingSession,
    first: date,
    last: date,
    *,
    only_practitioner: str | None = None,
    now: datetime,
) -> Numbers:
    """Counted in the database; the number of statements doesn't grow with practitioners or visits.

    Working time is as the hours are now, also of days that are past. With `only_practitioner` (slug) nothing
    of others is counted.

    Raises:
        SpanInReverse: the last day is before the first.
        SpanTooLong: there are more than `MAX_DAYS`.
    """
    check_span(first, last)
    window = days_window(first, last, ZoneInfo((await get_clinic(session)).time_zone))
    start, end = instant_at(window.first), instant_at(window.end)
    slugs = await practitioners_shown(session, only_practitioner)
    tally = await tally_of(session, start, end, practitioners=slugs, now=now)
    booked = tally.booked_minutes
    working = await _working_minutes(session, window, first, last)
    by_practitioner, by_service, by_source = tally.by_practitioner(), tally.by_service(), tally.by_source()
    practitioners = [
        PractitionerNumbers(
            slug, row.name, by_practitioner.get(slug, NOTHING), Fill(booked[slug], working[slug])
        )
        for slug, row in sorted((await all_practitioners(session)).items(), key=lambda item: item[1].position)
        if slug in by_practitioner or (slug in slugs and working[slug])
    ]
    services = [
        ServiceNumbers(slug, row.name, by_service[slug])
        for slug, row in sorted((await all_services(session)).items(), key=lambda item: item[1].position)
        if slug in by_service
    ]
    fills = [each.fill for each in practitioners if each.fill.working]
    return Numbers(
        first,
        last,
        tally.total,
        Fill(sum(fill.booked for fill in fills), sum(fill.working for fill in fills)),
        practitioners,
        services,
        [SourceNumbers(source, by_source[source]) for source in BookingSource if source in by_source],
    )


def check_span(first: date, last: date) -> None:
    """
    Raises:
        SpanInReverse: the last day is before the first.
        SpanTooLong: there are more than `MAX_DAYS`.
    """
    if last < first:
        raise SpanInReverse
    if (last - first).days >= MAX_DAYS:
        raise SpanTooLong


async def _working_minutes(
    session: BookingSession, window: Window, first: date, last: date
) -> Mapping[str, int]:
    """By practitioner. Time at two locations at once, which a file may have by mistake, counts once."""
    working: dict[str, int] = defaultdict(int)
    async for time in cooperatively(await all_working_times(session, first, last)):
        working[time.practitioner] |= window.taken_from(time.window, time.working)
    return Counter({slug: bits.bit_count() * TICK // MINUTE for slug, bits in working.items()})
