"""Events in the life of appointments, as listeners receive them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Named as webhooks name them."""

    BOOKED = "appointment.booked"
    MOVED = "appointment.moved"
    CANCELLED = "appointment.cancelled"
    NEEDS_ATTENTION = "appointment.needs_attention"
    """The clinic's file no longer allows the booked visit: the clinic has to call the patient."""


@dataclass(frozen=True)
class Event:
    """Delivered at least once; a repeat has the same `id`. It never carries health data.

    `appointments` are in order of time: all of a course that was booked, else one.
    `moved_from` is the former start of a moved appointment, `moved_from_location` the slug of its former
    location, which is None for events of versions that did not record it.
    """

    id: uuid.UUID
    kind: EventKind
    appointments: tuple[uuid.UUID, ...]
    occurred_at: datetime
    moved_from: datetime | None = None
    moved_from_location: str | None = None
