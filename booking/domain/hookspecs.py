"""Hook specifications: when each hook of a feature is called, with which arguments, and how it may fail."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from booking.domain.contact import Contact
from booking.domain.events import Event


class Step(StrEnum):
    """The operation that a rule may refuse."""

    HOLD = "hold"
    BOOK = "book"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class ProposedAppointment:
    """A visit that is not committed yet. `id` is the hold's, which its appointment takes over.

    `practitioner` and `location` are slugs.
    """

    id: uuid.UUID
    practitioner: str
    location: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Proposal:
    """A hold, a booking or a move, in the transaction that decides it: all but the commit is done.

    `appointments` are in order of time: all of a course, else one. `service` is a slug. `patient` is None
    for a hold or a move; `booked_by` is the id of the partner's key that booked, None for a visitor.
    `settings` are the feature's table of the clinic's file. `claim(name)` gives these visits a resource
    besides the practitioner, a room, say; it raises SlotTaken while the resource is another visit's, and
    frees it when the visit moves or ends.
    """

    step: Step
    service: str
    appointments: Sequence[ProposedAppointment]
    now: datetime
    session: AsyncSession
    settings: Any
    claim: Callable[[str], Awaitable[None]]
    patient: Contact | None = None
    booked_by: str | None = None


@dataclass(frozen=True)
class BusyQuery:
    """Which of these practitioners (slugs) are busy between two instants, for this service (a slug)?

    `claimed(name)` returns the (start, end) of each time for which a rule of this feature claimed the
    resource.
    """

    service: str
    practitioners: Collection[str]
    starts_at: datetime
    ends_at: datetime
    now: datetime
    session: AsyncSession
    settings: Any
    claimed: Callable[[str], Awaitable[Sequence[tuple[datetime, datetime]]]]


@dataclass(frozen=True, slots=True)
class BusyTime:
    """A practitioner (slug) is busy from an instant until another, at one location (slug) or, None, at all.

    Both instants are aware; the times need not be whole ticks.
    """

    practitioner: str
    starts_at: datetime
    ends_at: datetime
    location: str | None = None


Rule = Callable[[Proposal], Awaitable[None]]
"""Called for each hold, booking and move, within 1 second, in the transaction that decides it.

It may read and write by `proposal.session`, but not commit or roll back. A BookingError refuses and
reaches the visitor; any other exception refuses as CheckFailed. Both roll everything back.
"""

BusySource = Callable[[BusyQuery], Awaitable[Sequence[BusyTime]]]
"""Called for each search of open times and before each hold and move, within 2 seconds, in its transaction.

A BookingError passes; any other exception fails the search, and refuses the hold, as CheckFailed.
"""

Listener = Callable[[Event, str | None], Awaitable[None]]
"""Called by the outbox relay after the commit, at least once, in no transaction, within 30 seconds.

The second argument is the secret of the manage link, which is stored only until all listeners have
received the event. PermanentFailure gives up; any other exception is tried again for four days, and
meanwhile later events of the same appointment wait. Each listener gets the events of an appointment in
order.
"""

DynamicListeners = Callable[[str], Listener]
"""Listeners that are rows, by the rest of the name: `3f2a` of `webhook:3f2a`; called without the secret."""


class PermanentFailure(Exception):
    """Raised by a listener when another attempt would be of no use."""


class TemporaryFailure(Exception):
    """Raised by a listener when a later attempt may succeed; the log has its message and no traceback."""


@dataclass(frozen=True)
class FeatureHooks:
    """The hooks of one feature. `name` is shown when one fails."""

    name: str
    settings: Any = None
    rules: Sequence[Rule] = ()
    busy_sources: Sequence[BusySource] = ()
