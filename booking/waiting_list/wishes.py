"""Which times suit an entry: its days, its times of the week, with whom and where, and before which visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.domain.open_slot import OpenSlot

MINUTE = timedelta(minutes=1)
MIDNIGHT = 24 * 60


@dataclass(frozen=True, order=True)
class AvailableTime:
    """When a patient could come (FHIR availableTime): a weekday from 0, Monday, and minutes since midnight.

    The whole visit is within it. `until` may be 24:00.
    """

    weekday: int
    begin: int
    until: int


@dataclass(frozen=True)
class Wishes:
    """Days and times are those on the clock of the visit's location; an empty sequence allows any.

    `before` is the start of the visit that an earlier one would replace.
    """

    first_day: date
    last_day: date
    available_times: Sequence[AvailableTime] = ()
    practitioners: Sequence[str] = ()
    location: str | None = None
    before: datetime | None = None

    def suits(self, slot: OpenSlot, zone: ZoneInfo) -> bool:
        """Whether the patient could come to the whole visit; `zone` is that of its location."""
        starts_at = slot.starts_at.astimezone(zone)
        if not self.first_day <= starts_at.date() <= self.last_day:
            return False
        if self.location not in (None, slot.location):
            return False
        if self.practitioners and slot.practitioner not in self.practitioners:
            return False
        if self.before is not None and slot.ends_at > self.before:
            return False
        begin = starts_at.hour * 60 + starts_at.minute
        end = begin + (slot.ends_at - slot.starts_at) // MINUTE
        return not self.available_times or any(
            each.weekday == starts_at.weekday() and each.begin <= begin and end <= each.until
            for each in self.available_times
        )
