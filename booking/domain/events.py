"""What has happened to appointments, as those hear it who listen."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Named as webhooks name them."""

    BOOKED = "appointment.booked"
    MOVED = "appointment.moved"
    CANCELLED = "appointment.cancelled"


@dataclass(frozen=True)
class Event:
    """Told at least once; `id` tells a repeat. Nothing of anybody's health is ever part of it.

    `appointments` are in order of time: all visits of a course that was booked, else one.
    `moved_from` is when a moved visit would have started before.
    """

    id: uuid.UUID
    kind: EventKind
    appointments: tuple[uuid.UUID, ...]
    occurred_at: datetime
    moved_from: datetime | None = None
