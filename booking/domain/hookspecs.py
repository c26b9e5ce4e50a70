"""Where others join in: rules may refuse, busy sources say busy, listeners hear of it afterwards."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from booking.domain.contact import Contact
from booking.domain.events import Event

Listener = Callable[[Event, str | None], Awaitable[None]]
"""Hears of an event after its commit, at least once. What it raises is tried again later.

The second is the secret of the manage link, which is kept only until all have heard.
"""


DynamicListeners = Callable[[str], Listener]
"""Listeners that come and go, by their own names: `3f2a` of `webhook:3f2a`. They aren't told the secret."""


class PermanentFailure(Exception):
    """Raised by a listener: to try again would be of no use."""


class Step(StrEnum):
    """What is about to be decided."""

    HOLD = "hold"
    BOOK = "book"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class ProposedAppointment:
    """`id` is the hold's, which its appointment keeps; catalogue rows by slug."""

    id: uuid.UUID
    practitioner: str
    location: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Proposal:
    """What is about to be decided, in the transaction that decides it: all is written already, but for
    the commit.

    `appointments` are in order of time: all of a course, else one. `patient` is known when it is booked;
    `booked_by` is the partner's key that booked, if one did. `claim` makes something besides the
    practitioner theirs for these visits, a room, say: it refuses with SlotTaken while it is another
    visit's, and goes with the visit when that moves or ends.
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
    """Who of these people is busy between two instants, for this service?

    `claimed` tells when something that a rule of the same feature claims is taken.
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
    """From one instant until another, everywhere unless a location (slug) is named."""

    practitioner: str
    starts_at: datetime
    ends_at: datetime
    location: str | None = None


Rule = Callable[[Proposal], Awaitable[None]]
"""Refuses by raising a BookingError; nothing is decided then, and nothing is kept."""

BusySource = Callable[[BusyQuery], Awaitable[Sequence[BusyTime]]]
"""Is asked whenever open times are looked for, so it answers fast."""


@dataclass(frozen=True)
class FeatureHooks:
    """Somebody who joins in, by the name that is told when it fails; `settings` are its own."""

    name: str
    settings: Any = None
    rules: Sequence[Rule] = ()
    busy_sources: Sequence[BusySource] = ()


NO_HOOKS: Sequence[FeatureHooks] = ()
