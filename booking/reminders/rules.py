"""When a reminder is due: days before the visit, not in quiet hours, nor soon after the booking or a move."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.timegrid.quiet_hours import QuietHours, on_the_wall
from booking.timegrid.ticks import DAY

BEFORE_QUIET = timedelta(minutes=30)
"""So long before quiet hours a reminder is due that falls into them, if the visit begins before their end."""


@dataclass(frozen=True)
class ReminderRules:
    """The clinic's rules. `zone` is the clinic's own; a visit's day is that of its location's clock.

    `silent_services` (slugs) remind of nothing.
    """

    days_before: tuple[int, ...]
    at: timedelta
    wait: timedelta
    quiet: QuietHours | None
    zone: ZoneInfo
    location_zones: Mapping[str, ZoneInfo]
    silent_services: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """Another one is another plan."""
        zones = sorted((slug, zone.key) for slug, zone in self.location_zones.items())
        parts = (self.days_before, self.at, self.wait, self.quiet, self.zone.key, zones)
        return hashlib.sha256(repr((*parts, sorted(self.silent_services))).encode()).hexdigest()

    def due_times(
        self, service: str, location: str, starts_at: datetime, *, timed_at: datetime
    ) -> Iterator[tuple[int, datetime]]:
        """The reminders of a visit that has its time since `timed_at`: how many days before, and when."""
        if service in self.silent_services:
            return
        day = starts_at.astimezone(self.location_zones[location]).date()
        for days in self.days_before:
            due_at = self._due_at(day - days * DAY, starts_at)
            if timed_at + self.wait <= due_at < starts_at:
                yield days, due_at

    def quiet_until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that are now; None while there are none."""
        return self.quiet.until(now, self.zone) if self.quiet else None

    def _due_at(self, day: date, starts_at: datetime) -> datetime:
        due_at = on_the_wall(day, self.at, self.zone)
        around = self.quiet.around(due_at, self.zone) if self.quiet else None
        if around is None:
            return due_at
        begin, end = around
        return end if end < starts_at else begin - BEFORE_QUIET
