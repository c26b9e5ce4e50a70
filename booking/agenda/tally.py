"""Visits of a span, counted by the database a week at a time and summed up."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.agenda.figures import Figures, lower_median
from booking.storage.cooperative import cooperatively
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.queries.desk.numbers import DIMENSIONS, LeadCount, VisitCount, lead_counts, visit_counts
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY

WEEK = 7 * DAY
"""SQLite counts on the event loop: a year at once would keep other requests waiting."""


@dataclass(frozen=True)
class Tally:
    """`counts` has one for each kind of visits that are alike; `leads` are by dimension."""

    counts: Sequence[VisitCount]
    leads: Mapping[str, Sequence[LeadCount]]

    @property
    def total(self) -> Figures:
        return _figures(self.counts, self.leads["source"])

    @property
    def booked_minutes(self) -> Mapping[str, int]:
        """By practitioner."""
        seconds: Counter[str] = Counter()
        for each in self.counts:
            seconds[each.practitioner] += each.seconds
        return Counter({slug: total // 60 for slug, total in seconds.items()})

    def by_practitioner(self) -> Mapping[str, Figures]:
        return self._by("practitioner", lambda each: each.practitioner)

    def by_service(self) -> Mapping[str, Figures]:
        return self._by("service", lambda each: each.service)

    def by_source(self) -> Mapping[str, Figures]:
        return self._by("source", lambda each: each.source)

    def _by(self, dimension: str, value_of: Callable[[VisitCount], str]) -> Mapping[str, Figures]:
        counts: dict[str, list[VisitCount]] = defaultdict(list)
        for each in self.counts:
            counts[value_of(each)].append(each)
        leads: dict[str, list[LeadCount]] = defaultdict(list)
        for lead in self.leads[dimension]:
            leads[lead.value].append(lead)
        return {value: _figures(rows, leads[value]) for value, rows in counts.items()}


async def tally_of(
    session: BookingSession, start: datetime, end: datetime, *, practitioners: Collection[str], now: datetime
) -> Tally:
    """Four statements for each week, however many practitioners and visits there are."""
    counts: dict[tuple[str, str, str, str], VisitCount] = {}
    leads: dict[str, Counter[tuple[str, int]]] = {dimension: Counter() for dimension in DIMENSIONS}
    weeks = range(-((start - end) // WEEK))
    async for week in cooperatively(weeks):
        since = start + week * WEEK
        until = min(since + WEEK, end)
        for row in await visit_counts(session, since, until, practitioners=practitioners, now=now):
            alike = row.practitioner, row.service, row.source, row.status
            counts[alike] = _sum(row, counts.get(alike))
        for dimension in DIMENSIONS:
            rows = await lead_counts(session, dimension, since, until, practitioners=practitioners)
            leads[dimension].update({(row.value, row.days): row.visits for row in rows})
            await asyncio.sleep(0)
    return Tally(
        list(counts.values()),
        {
            dimension: [LeadCount(*key, visits) for key, visits in counted.items()]
            for dimension, counted in leads.items()
        },
    )


def _sum(row: VisitCount, other: VisitCount | None) -> VisitCount:
    """Of the same kind of visits."""
    if other is None:
        return row
    return row._replace(
        visits=row.visits + other.visits, due=row.due + other.due, seconds=row.seconds + other.seconds
    )


def _figures(counts: Sequence[VisitCount], leads: Sequence[LeadCount]) -> Figures:
    statuses: Counter[AppointmentStatus] = Counter()
    for each in counts:
        statuses[each.status] += each.visits
    histogram: Counter[int] = Counter()
    for lead in leads:
        # Staff may book a time of today that has begun.
        histogram[max(0, lead.days)] += lead.visits
    return Figures(statuses=statuses, due=sum(each.due for each in counts), lead_days=lower_median(histogram))


NOTHING = _figures([], [])
"""Figures of a practitioner without visits."""
