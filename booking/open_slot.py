"""A time that can be booked right now."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """FHIR's Slot with status free. Computed when asked, never stored; catalogue rows by slug."""

    service: str
    practitioner: str
    location: str
    starts_at: datetime  # UTC
    ends_at: datetime
