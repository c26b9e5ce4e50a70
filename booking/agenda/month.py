"""How full each day of a month is."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from booking.agenda.stretch import practitioners_shown
from booking.catalogue.lookup import all_services
from booking.scheduling.working_time import all_working_times
from booking.storage.cooperative import cooperatively
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.agenda import month_visits
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import count_by_day, days_window
from booking.timegrid.ticks import DAY, TICK, instant_at, ticks_between


@dataclass(frozen=True)
class DayCount:
    """Visits that stand and begin on the day, the time that is worked, and what is left of it."""

    day: date
    visits: int
    working: timedelta
    free: timedelta

    @property
    def fill(self) -> float | None:
        """From 0 to 1; None where nobody works."""
        return 1 - self.free / self.working if self.working else None


async def month_counts(
    session: BookingSession, first: date, last: date, *, only_practitioner: str | None = None
) -> Sequence[DayCount]:
    """Each day from `first` to `last`, both included, on the clinic's calendar. Holds don't count.

    The number of statements doesn't grow with days, practitioners or visits.
    """
    zone = ZoneInfo((await get_clinic(session)).time_zone)
    window = days_window(first, last, zone)
    start, end = instant_at(window.first), instant_at(window.end)
    slugs = await practitioners_shown(session, only_practitioner)
    services = await all_services(session)
    visits: Counter[date] = Counter()
    taken: dict[str, int] = defaultdict(int)
    async for row in cooperatively(await month_visits(session, start, end, practitioners=slugs)):
        service = services[row.service]
        visits[row.starts_at.astimezone(zone).date()] += 1
        if row.squeeze_in:
            continue  # It takes no time of its own.
        busy = ticks_between(row.starts_at - service.buffer_before, row.ends_at + service.buffer_after)
        taken[row.practitioner] |= window.bits(*busy)
    by_practitioner: dict[str, int] = defaultdict(int)
    for time in await all_working_times(session, first, last):
        if time.practitioner in slugs:
            by_practitioner[time.practitioner] |= window.taken_from(time.window, time.working)
    working: Counter[date] = Counter()
    free: Counter[date] = Counter()
    async for slug, bits in cooperatively(by_practitioner.items()):
        working.update(count_by_day(window, zone, bits))
        free.update(count_by_day(window, zone, bits & ~taken[slug]))
    days = (first + n * DAY for n in range((last - first).days + 1))
    return [DayCount(day, visits[day], working[day] * TICK, free[day] * TICK) for day in days]
