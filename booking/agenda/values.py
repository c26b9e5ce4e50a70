"""A day as the front desk sees it: columns of practitioners, with entries in order of time."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from booking.domain.translations import Translations
from booking.patients.contacts import PatientContact
from booking.storage.models.appointments import AppointmentStatus


class Span(NamedTuple):
    """From the first instant up to the second."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit that stands. `name` is None where names are hidden, and once the patient is erased; `contact`
    also unless somebody else booked for them.

    A change gives the `version` that it saw. `waiting_since` is when a patient arrived who waits still.
    """

    kind: ClassVar = "visit"
    id: uuid.UUID
    reference: str
    version: int
    status: AppointmentStatus
    waiting_since: datetime | None
    service: str
    service_name: Translations
    location: str
    starts_at: datetime
    ends_at: datetime
    patient: uuid.UUID
    name: str | None
    contact: PatientContact | None
    has_topics: bool
    """There is something to talk about: screening topics, or a note of the patient."""
    has_note: bool
    is_confirmed: bool
    squeeze_in: bool  # beside another visit of the practitioner
    is_possible: bool  # False: the catalogue or blocked time rules it out, and somebody has to call


@dataclass(frozen=True, kw_only=True)
class Held:
    """A time that is held while somebody fills in the form."""

    kind: ClassVar = "held"
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    by_staff: bool  # False: by a visitor, online
    squeeze_in: bool


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """A piece of blocked time within the hours; `part` counts the pieces of one block from 1."""

    kind: ClassVar = "blocked"
    id: uuid.UUID
    part: int
    starts_at: datetime
    ends_at: datetime
    label: str


@dataclass(frozen=True, kw_only=True)
class Busy:
    """Time within the hours at which a calendar elsewhere says busy; no more is known of it.

    `copied_at` is when the calendar was read; None while the copy is fresh.
    """

    kind: ClassVar = "busy"
    starts_at: datetime
    ends_at: datetime
    copied_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Free time that is not over; `is_next` marks the first of a column that is long enough for most."""

    kind: ClassVar = "gap"
    starts_at: datetime
    ends_at: datetime
    is_next: bool


Entry = Visit | Held | Blocked | Busy | Gap


@dataclass(frozen=True)
class Column:
    """One practitioner's day. `open` is the ground: hours that are worked, or would be but for a block."""

    practitioner: str
    name: str
    open: Sequence[Span]
    entries: Sequence[Entry]

    @property
    def visits(self) -> Sequence[Visit]:
        return [entry for entry in self.entries if isinstance(entry, Visit)]

    @property
    def next_free(self) -> datetime | None:
        gaps = (entry for entry in self.entries if isinstance(entry, Gap) and entry.is_next)
        return next((gap.starts_at for gap in gaps), None)


@dataclass(frozen=True)
class DayAgenda:
    """A day on the clinic's own calendar. `first` and `end` are whole hours around all that happens."""

    day: date
    zone: ZoneInfo
    first: datetime
    end: datetime
    columns: Sequence[Column]
    counts: Mapping[AppointmentStatus, int]

    @property
    def is_closed(self) -> bool:
        """Nobody works, and there is no visit."""
        return not any(column.open or column.entries for column in self.columns)
