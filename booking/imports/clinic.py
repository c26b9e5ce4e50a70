"""A clinic as another system has it, in values that no system's tables shine through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from booking.imports.notes import Notes

Minutes = tuple[int, int]
"""A stretch of a day, in minutes after midnight: those that are no multiple of 5 are rounded later."""
Week = Mapping[int, Sequence[Minutes]]
"""By weekday, 0 for Monday, in order."""


@dataclass(frozen=True)
class ForeignService:
    """`id` is the other system's; times are in minutes. `currency` is empty where it is unknown."""

    id: str
    name: str
    duration: int
    description: str = ""
    price: Decimal | None = None
    currency: str = ""
    buffer_before: int = 0
    buffer_after: int = 0


@dataclass(frozen=True)
class ForeignPractitioner:
    """Hours, days and time off are on the clock of `time_zone`.

    `days` are those with other hours than the week's, none for a day off. `time_off` is from one time to
    another.
    """

    id: str
    name: str
    time_zone: str
    services: Sequence[str] = ()
    week: Week = field(default_factory=dict)
    days: Mapping[date, Sequence[Minutes]] = field(default_factory=dict)
    time_off: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True)
class ForeignVisit:
    """`key` names the visit among all that were ever imported; `minutes` is its length.

    `language` is a tag such as "fr", or empty.
    """

    key: str
    service: str
    practitioner: str
    starts_at: datetime
    minutes: int
    name: str
    email: str = ""
    phone: str = ""
    language: str = ""
    note: str = ""

    def __repr__(self) -> str:
        return f"ForeignVisit({self.starts_at})"  # no patient's data in a traceback


@dataclass(frozen=True)
class ForeignRules:
    """How visits are booked, in minutes and days; None where the other system has no such rule."""

    slot_step: int | None = None
    minimum_notice: int | None = None
    horizon_days: int | None = None


@dataclass(frozen=True)
class ForeignClinic:
    """All that a reader found. `system` is its name for people."""

    system: str
    name: str
    time_zone: str
    services: Sequence[ForeignService]
    practitioners: Sequence[ForeignPractitioner]
    visits: Sequence[ForeignVisit]
    notes: Notes
    """About what the clinic's file is made of."""
    visit_notes: Notes
    email: str = ""
    website: str = ""
    address: str = ""
    language: str = ""
    rules: ForeignRules = ForeignRules()
    closures: Sequence[tuple[date, date, str]] = ()
    """First day, last day, reason."""
