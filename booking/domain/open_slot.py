"""A time that can be booked now, and a time that a visitor asked for."""

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """FHIR's Slot with status free. Computed for each search, never stored; catalogue rows by slug."""

    service: str
    practitioner: str
    location: str
    starts_at: datetime  # UTC
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class RequestedTime:
    """A requested start, with any practitioner and at any location unless they are named (slugs)."""

    service: str
    starts_at: datetime
    practitioner: str | None = None
    location: str | None = None
    ignoring: tuple[uuid.UUID, ...] = ()
    """Visits that are to be moved: their own time counts as free."""
    present: OpenSlot | None = None
    """What such a visit has, which is no other time."""
